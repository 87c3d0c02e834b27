// DATA_DIR: one process has it, what is wrong with it is said in a sentence, nobody else reads it, and nothing secret is in it.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { openJournal } from '../src/money/journal.ts'
import { startTestGateway } from './support/gateway.ts'
import { startProcess } from './support/process.ts'
import {
  bankWithdrawal,
  eWalletWithdrawal,
  exchange,
  giftCardPurchase,
  order,
  page,
  voucherWithdrawal,
  walletRoutes,
  withdrawal,
  withdrawalWithExchange,
} from './support/rows.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { Place } from '../src/money/journal.ts'
import type { TestGateway } from './support/gateway.ts'
import type { GatewayProcess } from './support/process.ts'
import type { Row } from './support/rows.ts'

// Many processes are started here, on whatever machine this is.
vi.setConfig({ testTimeout: 60_000 })

const folders = mkdtempSync(join(tmpdir(), 'data-dirs-'))
const running: GatewayProcess[] = []
afterAll(async () => {
  for (const { child } of running) child.kill('SIGKILL')
  await Promise.all(running.map(async ({ ended }) => ended))
  rmSync(folders, { recursive: true, force: true })
})

const folder = (): string => mkdtempSync(join(folders, 'data-'))
function start(dataDir: string): GatewayProcess {
  const started = startProcess({ DATA_DIR: dataDir, LOG_LEVEL: 'error' })
  running.push(started)
  return started
}
const sentence = (fault: string): object => ({
  code: 1,
  stdout: '',
  stderr: `The configuration has a fault: ${fault}\n`,
})
const IN_USE = sentence('DATA_DIR is in use by another gateway: each needs a folder of its own.')

describe.concurrent('a folder', () => {
  test('is one process’s: a second one is told so and ends with 1, and the first goes on', async ({ expect }) => {
    const dataDir = folder()
    const first = start(dataDir)
    await first.listening
    expect(await start(dataDir).ended).toMatchObject(IN_USE)
    // Nor has the attempt taken its lock away.
    expect(await start(dataDir).ended).toMatchObject(IN_USE)
    expect(first.child.exitCode).toBeNull()
  })

  test.for(['SIGKILL', 'SIGTERM'] as const)('is free again after %s', async (signal, { expect }) => {
    const dataDir = folder()
    const first = start(dataDir)
    await first.listening
    first.child.kill(signal)
    await first.ended
    await expect(start(dataDir).listening).resolves.toContain('listens')
  })

  test('is one gateway’s within one process, too', async ({ expect }) => {
    const DATA_DIR = folder()
    const first = await startTestGateway({ DATA_DIR })
    await expect(startTestGateway({ DATA_DIR })).rejects.toThrow('DATA_DIR is in use by another gateway')
    expect(await start(DATA_DIR).ended).toMatchObject(IN_USE)
    await first.close()
    await (await startTestGateway({ DATA_DIR })).close()
  })

  const UNREADABLE = 'DATA_DIR holds a journal that cannot be read or written to.'
  const NO_FOLDER = 'DATA_DIR cannot be made, read or written to.'
  const journalIn = (dataDir: string): string => join(dataDir, 'journal.db')
  const make = (dataDir: string): void =>
    openJournal({ dataDir, upstream: 'u', world: 'w', days: 90, now: () => new Date() }).close()
  const change = (dataDir: string, sql: string): void => {
    const database = new DatabaseSync(journalIn(dataDir))
    database.exec(sql)
    database.close()
  }
  test.for<[string, string, (dataDir: string) => unknown, string?]>([
    ['holds no database', UNREADABLE, (dataDir) => writeFileSync(journalIn(dataDir), 'canary '.repeat(2000))],
    ['holds half a journal', UNREADABLE, (dataDir) => (make(dataDir), truncateSync(journalIn(dataDir), 5000))],
    ['holds a folder in its place', UNREADABLE, (dataDir) => mkdirSync(journalIn(dataDir))],
    ['holds another database', UNREADABLE, (dataDir) => change(dataDir, 'CREATE TABLE operations (canary)')],
    [
      'holds a journal of a newer gateway',
      'DATA_DIR holds a journal of a newer gateway.',
      (dataDir) => (make(dataDir), change(dataDir, 'PRAGMA user_version = 1000')),
    ],
    ['is a file', NO_FOLDER, (dataDir) => writeFileSync(join(dataDir, 'file'), ''), 'file'],
    // Read-only even for root, as which tests may run.
    ['cannot be written to', NO_FOLDER, () => undefined, '/proc'],
    ['cannot be made', NO_FOLDER, (dataDir) => writeFileSync(join(dataDir, 'file'), ''), 'file/data'],
  ])('that %s is told so in one line', async ([_what, fault, spoil, place = '.'], { expect }) => {
    const dataDir = folder()
    spoil(dataDir)
    const before = readdirSync(dataDir)
    expect(await start(resolve(dataDir, place)).ended).toMatchObject(sentence(fault))
    // What is there may be worth something to somebody.
    expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(before))
  })
})

/** All that is in a folder's files, by their names. */
function contentsOf(dataDir: string): Record<string, string> {
  const files = readdirSync(dataDir).filter((name) => statSync(join(dataDir, name)).isFile())
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(dataDir, name), 'latin1')]))
}

/** In every place of an answer that holds a destination or a secret. */
const CANARY = 'canary-of-the-journal'
const IBAN = 'LT601010012345678901'
const ADDRESS = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
const HIDDEN = [CANARY, IBAN, ADDRESS, 'EXAMUS33XXX', 'Bearer']
const crypto = { address: ADDRESS, memo: CANARY }
const bank = { iban: IBAN, accountNumber: CANARY, bic: 'EXAMUS33XXX', reference: CANARY, beneficiaryName: CANARY }
const from = 'from: { currency: "EUR" }'

const MADE = /^(Exchange|(Crypto|Bank|EWallet|Voucher)Withdrawal|WithdrawalWithExchange|Order|GiftCardPurchase)$/

/** Each mutation: its route, its input, what it makes, and where it is looked for. */
const MOVES: readonly (readonly [mutation: string, route: string, input: string, made: Row, history: string])[] = [
  [
    'createExchange',
    'POST /exchanges',
    'payAmount: "100", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }',
    exchange(),
    'GET /exchanges',
  ],
  [
    'createCryptoWithdrawal',
    'POST /withdrawals/crypto',
    `from: { currency: "BTC" }, amount: "0.01", address: "${ADDRESS}", memo: "${CANARY}", description: "${CANARY}"`,
    withdrawal(crypto),
    'GET /withdrawals/crypto',
  ],
  [
    'createBankWithdrawal',
    'POST /withdrawals/bank',
    `${from}, amount: "250", type: SEPA, iban: "${IBAN}", bic: "EXAMUS33XXX", beneficiaryName: "${CANARY}", beneficiaryAddress: "${CANARY}", reference: "${CANARY}"`,
    bankWithdrawal(bank),
    'GET /withdrawals/bank',
  ],
  [
    'createEWalletWithdrawal',
    'POST /withdrawals/e-wallet',
    `${from}, amount: "50", provider: "skrill", recipient: "${CANARY}"`,
    eWalletWithdrawal({ recipient: CANARY }),
    'GET /withdrawals/e-wallet',
  ],
  [
    'createVoucherWithdrawal',
    'POST /withdrawals/voucher',
    `${from}, amount: "50", provider: "flexepin"`,
    voucherWithdrawal({ voucherCode: CANARY, voucherPin: CANARY }),
    'GET /withdrawals/voucher',
  ],
  [
    'createWithdrawalWithExchange',
    'POST /withdrawals/with-exchange',
    `${from}, receiveCode: "BTC", amount: { payAmount: "100" }, method: { crypto: { address: "${ADDRESS}", memo: "${CANARY}" } }`,
    withdrawalWithExchange({ method: { type: 'CRYPTO', ...crypto } }),
    'GET /withdrawals/with-exchange',
  ],
  [
    'payOrder',
    'POST /merchants/orders/{id}/pay',
    `id: "Order:O1", ${from}`,
    order({ depositAddress: ADDRESS, memo: CANARY, redirectUrl: `https://example.com/${CANARY}` }),
    'GET /merchants/orders/U1',
  ],
  [
    'payGiftCardPurchase',
    'POST /purchases/gift-cards/{id}/pay',
    `id: "GiftCardPurchase:G1", ${from}`,
    giftCardPurchase({
      status: 'FAILED',
      cards: [{ code: CANARY, pin: CANARY, url: `https://example.com/${CANARY}` }],
    }),
    'GET /purchases/gift-cards/U1',
  ],
]

describe('what is in the folder', () => {
  test('is for its owner’s eyes, and holds no destination, token, code or credential: not while it runs, nor later', async () => {
    const dataDir = folder()
    const upstream = await startUpstream({
      ...walletRoutes,
      [TOKEN_ROUTE]: { body: { access_token: `token-${CANARY}`, expires_in: 3600 } },
    })
    const credential = { SPECTROCOIN_CLIENT_ID: `id-${CANARY}`, SPECTROCOIN_CLIENT_SECRET: `secret-${CANARY}` }
    const common = { DATA_DIR: dataDir, RECONCILE_WAIT_MS: '0' }
    const expectNothing = (...known: string[]): void => {
      for (const name of readdirSync(dataDir))
        expect([name, statSync(join(dataDir, name)).mode & 0o777]).toEqual([name, 0o600])
      const bytes = Object.values(contentsOf(dataDir)).join('\n')
      for (const hidden of HIDDEN) expect(bytes.toLowerCase()).not.toContain(hidden.toLowerCase())
      for (const text of known) expect(bytes).toContain(text)
    }
    const run = async (
      { ask }: TestGateway,
      mutation: string,
      key: string,
      input: string,
      as = {},
    ): Promise<string> => {
      const query = `mutation { result: ${mutation}(input: { idempotencyKey: "${key}", ${input} }) { __typename } }`
      const { data, text } = await ask(query, {}, as)
      return data?.result?.__typename ?? text
    }

    const gateway = await startTestGateway({ ...upstream.env, ...credential, ...common })
    for (const [mutation, route, input, made, history] of MOVES) {
      upstream.routes({ [route]: { body: made } })
      expect(await run(gateway, mutation, `done-${mutation}`, input)).toMatch(MADE)
      const refusal = { errorCode: 'GEN_5', defaultMessage: CANARY, errorParameters: [{ key: CANARY, value: IBAN }] }
      upstream.routes({ [route]: { status: 400, body: refusal } })
      expect(await run(gateway, mutation, `refused-${mutation}`, input)).toBe('InvalidInput')
      upstream.routes({ [route]: { status: 403, body: refusal } })
      expect(await run(gateway, mutation, `forbidden-${mutation}`, input)).toContain('FORBIDDEN')

      // Something like it is found, and nobody can say whether it is that.
      const [one, two] = ['U1', 'U2'].map((id) => ({
        ...made,
        createdAt: new Date().toISOString(),
        [mutation === 'createExchange' ? 'exchangeId' : 'id']: id,
      }))
      const found = history.endsWith('/U1') ? one : page(one ?? {}, two ?? {})
      upstream.routes({ [route]: { status: 500, body: refusal }, [history]: { body: found ?? {} } })
      const another = input.replace(/:[OG]1"/, ':U1"')
      expect(await run(gateway, mutation, `unknown-${mutation}`, another)).toBe('OutcomeUnknown')
      const candidates = async (): Promise<unknown[]> => {
        const { data } = await gateway.ask(`{ operation(idempotencyKey: "unknown-${mutation}") { candidates { id } } }`)
        return data.operation.candidates
      }
      await expect.poll(candidates, { timeout: 15_000, message: mutation }).not.toEqual([])
    }
    const keys = MOVES.flatMap(([mutation]) =>
      ['done', 'refused', 'forbidden', 'unknown'].map((how) => `${how}-${mutation}`),
    )
    expectNothing(...keys)
    await gateway.close()
    expectNothing(...keys)

    // With tokens of their callers', of which one says whose it is.
    const payload = Buffer.from(JSON.stringify({ iss: CANARY, sub: CANARY })).toString('base64url')
    const callers = await startTestGateway({ ...common, SPECTROCOIN_API_URL: upstream.url })
    for (const [index, token] of [CANARY, `e30.${payload}.${CANARY}`].entries()) {
      for (const [mutation, route, input, made] of MOVES) {
        upstream.routes({ [route]: { body: made } })
        await run(callers, mutation, `caller-${index}-${mutation}`, input, { authorization: `Bearer ${token}` })
      }
    }
    const theirs = MOVES.flatMap(([mutation]) => [`caller-0-${mutation}`, `caller-1-${mutation}`])
    expectNothing(...keys, ...theirs)
    await callers.close()
    expectNothing(...keys, ...theirs)
    await upstream.close()
  })
})

test('a gateway that runs on forgets, within the hour, what was settled JOURNAL_DAYS ago, never what is in doubt, and rows once nothing is', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const HOUR_MS = 3_600_000
  let time = Date.parse('2026-01-01T00:00:00Z')
  const journal = openJournal({ dataDir: folder(), upstream: 'u', world: 'w', days: 1, now: () => new Date(time) })
  const at = (key: string): Place => ({ upstream: 'u', scope: 's', key })
  const settle = (key: string): Promise<void> => {
    const answer = { result: { __typename: 'Exchange', id: key } }
    return journal.settle(at(key), { state: 'SUCCEEDED', answer, at: new Date(time), row: `Exchange:${key}` })
  }
  const known = (): unknown[] => [
    ...['soon', 'late', 'never'].map((key) => journal.find(at(key))?.state),
    ...['soon', 'late'].map((key) => journal.isOwned(`Exchange:${key}`)),
  ]
  try {
    for (const key of ['soon', 'late', 'never'])
      await journal.claim({
        place: at(key),
        owner: 'o',
        account: 'a',
        credential: 'c',
        mutation: 'createExchange',
        fingerprint: 'f',
        externalId: key,
        sought: { facts: {}, destination: {} },
        startedAt: new Date(time),
      })
    for (const key of ['late', 'never']) await journal.markUnknown(at(key), new Date(time))
    await settle('soon')
    time += 20 * HOUR_MS
    await settle('late')
    time += 4 * HOUR_MS + 1
    vi.advanceTimersByTime(HOUR_MS)
    await expect.poll(known, { timeout: 5_000 }).toEqual([undefined, 'SUCCEEDED', 'UNKNOWN', true, true])
    time += 1000 * 24 * HOUR_MS
    vi.advanceTimersByTime(HOUR_MS)
    await expect.poll(known, { timeout: 5_000 }).toEqual([undefined, undefined, 'UNKNOWN', true, true])
    await settle('never')
    vi.advanceTimersByTime(HOUR_MS)
    await expect.poll(known, { timeout: 5_000 }).toEqual([undefined, undefined, 'SUCCEEDED', false, false])
  } finally {
    vi.useRealTimers()
    journal.close()
  }
})
