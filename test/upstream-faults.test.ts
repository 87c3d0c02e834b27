// Every misfortune of an upstream call, met by every kind of call that moves no money: as many requests as may be and no more, the code that it
// has, what stands beside it, in good time, and nothing told that is anybody's secret. Money is in fault-table.test.ts, polls in poll-faults.test.ts.
//
// Of the sabotages that the suite has to notice, planted and seen here: a create that is tried twice, eight tries or none, an error that takes
// its neighbours along or is made a null, a 203 that is believed, no whole time-out, amounts as floats, no renewal after a 401; and a body in the
// log or in a message, a token in the log, the secret in an error, an id in what is explained or counted.
import { afterAll, describe, expect, test, vi } from 'vitest'
import { ROWS } from './support/faults-table.ts'
import { createLanes, exact, NOTE_CANARY } from './support/lanes.ts'
import type { Outcome, Row } from './support/faults-table.ts'
import type { AnswerError } from './support/gateway.ts'
import type { Cell } from './support/lanes.ts'

// Most of a cell is waiting.
vi.setConfig({ maxConcurrency: 10, testTimeout: 40_000 })

const lanes = createLanes()
afterAll(() => lanes.close())

/** Of two 429 that do not say when to come again, what comes after the second one is behind the time of an operation. */
const PATIENT = { UPSTREAM_TIMEOUT_MS: '10000', OPERATION_TIMEOUT_MS: '5000' }
const HASTY = { UPSTREAM_TIMEOUT_MS: '1600', OPERATION_TIMEOUT_MS: '30000' }

/** Three tries and the pauses between them, or the time of an operation; and some for a machine that is busy. */
const CAP_MS = 12_000

/** A field, and the call that it takes. */
interface Field {
  readonly field: string
  readonly route: string
  readonly right: unknown
  /** Of a mutation: where what it makes is listed. */
  readonly list?: string
}

/** The account of a cell. */
interface Own {
  readonly id: string
  readonly balance: string
}

const rates: Field = {
  field: 'rates(currencies: ["BTC"], base: "EUR") { price stale }',
  route: 'GET /currencies/rates',
  right: [{ price: '64000', stale: false }],
}
const accounts: Field = {
  field: 'accounts(currencies: ["EUR"]) { currencyCode }',
  route: 'GET /accounts',
  right: [{ currencyCode: 'EUR' }],
}
const account = ({ id, balance }: Own): Field => ({
  field: `account(id: "Account:${id}") { currencyCode balance }`,
  route: 'GET /accounts/{accountId}',
  right: { currencyCode: 'GBP', balance },
})
/** With their codes, which are as good as cash. */
const vouchers: Field = {
  field: 'withdrawals(kind: VOUCHER, first: 2, filter: { status: PAID }) { nodes { status } }',
  route: 'GET /withdrawals/voucher',
  right: { nodes: [{ status: 'PAID' }, { status: 'PAID' }] },
}
/** The answer has an IBAN. */
const createDeposit: Field = {
  field: `createDeposit(input: {
    currency: "EUR", amount: "10", paymentMethodId: "PaymentMethod:sepa-deposit-eur", description: "${NOTE_CANARY}"
  }) { __typename ... on Deposit { amount status } }`,
  route: 'POST /deposits',
  right: { __typename: 'Deposit', amount: '10', status: 'NEW' },
  list: '/deposits?size=1',
}
const createAddress: Field = {
  field: 'createDepositAddress(input: { currency: "BTC" }) { __typename ... on DepositAddress { currencyCode } }',
  route: 'POST /deposits/crypto/addresses',
  right: { __typename: 'DepositAddress', currencyCode: 'BTC' },
  list: '/deposits/crypto/addresses',
}
const createProject: Field = {
  field: `createProject(input: { name: "${NOTE_CANARY}" }) { __typename }`,
  route: 'POST /merchants/projects',
  right: { __typename: 'Project' },
}

const TOKEN = 'POST /oauth/token'
const FOR_A_TOKEN = '{ projects(first: 1) { totalCount } }'
/** For a connection that is kept, and no token. */
const FOR_NO_TOKEN = '{ currencies { code } }'

interface Column {
  /** What meets the fault, and what stands beside it in the same operation. */
  readonly of: (own: Own) => Field
  readonly next: Field
  /** The fault is met by the request for its token. */
  readonly isToken?: true
}

describe.concurrent('a public read that meets', () => {
  read({ of: () => rates, next: accounts }, ({ rates: special }) => special)
})

describe.concurrent('a private read that meets', () => {
  read({ of: account, next: rates }, ({ account: special }) => special)
})

describe.concurrent('a private list that meets', () => {
  read({ of: () => vouchers, next: rates })
})

function read(column: Column, special: (row: Row) => Outcome | undefined = () => undefined): void {
  test.each(ROWS)('$name', async (row) => meet(row, special(row) ?? row.read, column))

  test.each(ROWS.filter((row) => row.once && !special(row)))('$name, once', async (row) =>
    meet(row, row.once ?? row.read, column, 1),
  )
}

describe.concurrent.each([
  ['deposit', createDeposit],
  ['address', createAddress],
])('a call that makes a %s and meets', (_what, of) => {
  const column = { of: () => of, next: createProject }
  test.each(ROWS)('$name', async (row) => meet(row, row.create, column))

  test.each(ROWS.filter(({ createOnce }) => createOnce))('$name, once', async (row) =>
    meet(row, row.createOnce ?? row.create, column, 1),
  )
})

describe.concurrent('a read whose token request meets', () => {
  const column = { of: account, next: rates, isToken: true } as const
  test.each(ROWS)('$name', async (row) => meet(row, row.token, column))

  test.each(ROWS.filter(({ tokenOnce }) => tokenOnce))('$name, once', async (row) =>
    meet(row, row.tokenOnce ?? row.token, column, 1),
  )
})

describe.concurrent('a call that makes something whose token request meets', () => {
  const column = { of: () => createDeposit, next: createProject, isToken: true } as const
  // The next one has its token.
  test.each(ROWS)('$name, once', async (row) => meet(row, row.tokenOfCreate, column, 1))
})

test('what is looked for in all that comes out is what has passed the line', async () => {
  await lanes.run(PATIENT, async (cell) => {
    await cell.ask(`{ ${vouchers.field} }`)
    await cell.ask(`mutation { a: ${createDeposit.field} b: ${createAddress.field} }`)
    const [{ address }] = (await cell.look('/deposits/crypto/addresses')).slice(-1)
    const { data: deposits } = await cell.look('/deposits?size=1')
    const { data: paid } = await cell.look('/withdrawals/voucher?size=2&status=PAID')
    const [{ depositId, bankDetails }] = deposits
    const codes = paid.map(({ voucherCode }: { voucherCode: string }) => voucherCode)
    const secrets = [...codes, paid[0].id, depositId, bankDetails.iban, 'canary-client', 'canary-secret', NOTE_CANARY]
    expect([...cell.secrets()]).toEqual(expect.arrayContaining(secrets))
    expect([...cell.secrets()].some((secret) => secret === address)).toBe(true)
    // A token: nothing else has 32 such characters.
    expect([...cell.secrets()].some((secret) => /^[\w-]{32}$/.test(secret))).toBe(true)
  })
})

async function meet(row: Row, outcome: Outcome, { of: field, next, isToken }: Column, times?: number): Promise<void> {
  await lanes.run(row.isSlow ? HASTY : PATIENT, async (cell) => {
    const { sandbox } = cell
    sandbox.control.prices.set('BTC', '64000')
    const pounds = (await cell.look('/accounts')).find((each: { currencyCode: string }) => each.currencyCode === 'GBP')
    const of = field({ id: pounds.accountId, balance: String(pounds.balance) })
    const isQuery = of.list === undefined
    const made = await countOf(cell, of)
    const ready = async (): Promise<void> =>
      expect((await cell.ask(isToken ? FOR_NO_TOKEN : FOR_A_TOKEN)).errors).toBeUndefined()
    await vi.waitFor(ready, { timeout: 10_000 })

    sandbox.control.requests.clear()
    cell.plant(row.plant, isToken ? TOKEN : of.route, times)
    const fields = `of: ${of.field} ${row.isAlone ? '' : `next: ${next.field}`}`
    const told = await cell.ask(isQuery ? `{ ${fields} viewer { sandbox } }` : `mutation { ${fields} }`)
    const counted = [of.route, next.route, TOKEN].map((route) => sandbox.count(route))
    const all = sandbox.count()

    const isDone = outcome.gives === 'data'
    const given = isDone ? of.right : outcome.gives === 'InvalidInput' ? { __typename: 'InvalidInput' } : null
    expect(exact(told.data)).toEqual({
      of: given,
      ...(!row.isAlone && { next: outcome.next ? null : next.right }),
      ...(isQuery && { viewer: { sandbox: false } }),
    })
    expect(told.errors?.map(essence) ?? []).toEqual([
      ...(given === null && outcome.gives !== 'null' ? [failureOf(outcome)] : []),
      ...(outcome.next ? [{ path: ['next'], code: outcome.next, retryAfter: expect.any(Number) }] : []),
    ])
    expect(told.ms).toBeLessThan(CAP_MS)

    const met = 'line' in row.plant ? (isDone ? 1 : 0) : outcome.tries
    const nexts = row.isAlone || outcome.next ? 0 : 1
    // On a machine that is busy, what stands beside a slow one may have had to be made again.
    if (row.isSlow && nexts > 0) expect(counted.splice(1, 1, nexts)[0]).toBeGreaterThanOrEqual(nexts)
    else expect(all).toBe(counted.reduce((sum, count) => sum + count, 0))
    // The next field of a mutation asks for the token that there was none of.
    const tokens = isToken ? met + (isQuery || isDone ? 0 : nexts) : (outcome.tokens ?? 0)
    const calls = isToken ? (isDone ? 1 : 0) : met
    expect(counted).toEqual([calls, nexts, tokens])
    const noted = told.costs.calls.filter(({ method, route }) => `${method} ${route}` === of.route)
    expect(noted).toHaveLength(isToken ? calls : outcome.tries)

    const isMade = isDone || (row.makes && !isToken && outcome.gives !== 'InvalidInput')
    if (!isQuery) expect((await countOf(cell, of)) - made).toBe(isMade ? 1 : 0)
  })
}

const failureOf = ({ gives, retryAfter, isUnknown }: Outcome): object => ({
  path: ['of'],
  code: gives,
  retryAfter,
  outcome: isUnknown && 'UNKNOWN',
})

function essence({ path, extensions: { code, retryAfter, outcome } }: AnswerError): object {
  return { path, code, retryAfter, outcome }
}

/** How many of those there are that it makes. */
async function countOf({ look }: Cell, { list }: Field): Promise<number> {
  if (list === undefined) return 0
  const found = await look(list)
  return found.totalCount ?? found.length
}
