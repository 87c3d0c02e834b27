// A process that ends while money moves: killed at each step, or told to close. What it knew outlives it, and nothing is sent twice.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, test, vi } from 'vitest'
import { post } from './support/gateway.ts'
import { addressesIn, startProcess } from './support/process.ts'
import { bankWithdrawal, exchange, gate, order, page, walletRoutes } from './support/rows.ts'
import { connectClient, openBytes } from './support/sockets.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { ServerResponse } from 'node:http'
import type { ExpectStatic } from 'vitest'
import type { Answer } from './support/gateway.ts'
import type { GatewayProcess } from './support/process.ts'
import type { Row } from './support/rows.ts'
import type { FakeUpstream, RecordedRequest, Reply, Route } from './support/upstream.ts'

// Many processes are started here, on whatever machine this is.
vi.setConfig({ testTimeout: 60_000 })

type Body = Readonly<Record<string, string>>

const MUTATIONS = {
  createExchange: {
    route: 'POST /exchanges',
    /** The last that is asked upstream before the key is journaled. */
    lastLook: 'POST /exchanges/calculate',
    input:
      'payAmount: "100", minReceiveAmount: "0.001", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }',
    selection: '... on Exchange { id status payAmount receiveAmount rate createdAt }',
    made: (_body: Body, createdAt: string) => exchange({ createdAt }),
    /** What is asked where its outcome is unknown, and what is seen there. */
    look: 'GET /exchanges',
    seen: (rows: readonly Row[]) => page(...rows),
    id: 'Exchange:E1',
  },
  createBankWithdrawal: {
    route: 'POST /withdrawals/bank',
    lastLook: 'GET /accounts',
    input:
      'from: { currency: "EUR" }, amount: "250", type: SEPA, beneficiaryName: "Harbour Books UAB", iban: "LT601010012345678901"',
    selection: '... on BankWithdrawal { id status withdrawAmount receiveAmount iban beneficiaryName createdAt }',
    made: ({ externalId }: Body, createdAt: string) => bankWithdrawal({ externalId, createdAt }),
    look: 'GET /withdrawals/bank',
    seen: (rows: readonly Row[]) => page(...rows),
    id: 'BankWithdrawal:B1',
  },
  payOrder: {
    route: 'POST /merchants/orders/{id}/pay',
    lastLook: undefined,
    input: 'id: "Order:O1", from: { currency: "EUR" }',
    selection: '... on Order { id status receiveAmount depositAddress createdAt }',
    made: () => order({ status: 'PAID' }),
    look: 'GET /merchants/orders/O1',
    seen: ([paid = order({ status: 'NEW' })]: readonly Row[]) => paid,
    id: 'Order:O1',
  },
} as const

type Name = keyof typeof MUTATIONS

type Behaviour = (execute: () => Row, response: ServerResponse) => Reply | undefined | Promise<Reply>

/** An upstream that outlives the gateways before it, executes what arrives, and remembers that. */
interface Bank {
  readonly upstream: FakeUpstream
  readonly executed: readonly Row[]
  /** Opens when the call that moves money has arrived. */
  readonly arrived: Promise<void>
  /** What comes of such a call: it is executed and answered, unless told otherwise. */
  answer(behaviour: Behaviour): void
  /** Nobody can read the history until `show`. */
  hide(): void
  show(): void
}

const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  await Promise.all(closing.map(async (close) => close()))
})

async function startBank(name: Name, routes: Record<string, Route> = {}): Promise<Bank> {
  const { route, made, look, seen } = MUTATIONS[name]
  const upstream = await startUpstream({
    ...walletRoutes,
    'POST /exchanges/calculate': { body: exchange() },
    ...routes,
  })
  closing.push(upstream.close)
  const executed: Row[] = []
  const arrived = gate()
  let sight = gate()
  sight.open()
  let behave: Behaviour = (execute) => ({ body: execute() })
  const execute = ({ body }: RecordedRequest): Row => {
    const row = made(JSON.parse(body) as Body, new Date().toISOString())
    executed.push(row)
    return row
  }
  upstream.routes({
    [route]: (request, response) => {
      arrived.open()
      return behave(() => execute(request), response)
    },
    [look]: async () => {
      await sight.opened
      return { body: seen(executed) }
    },
  })
  return {
    upstream,
    executed,
    arrived: arrived.opened,
    answer: (behaviour) => void (behave = behaviour),
    hide: () => void (sight = gate()),
    show: () => sight.open(),
  }
}

interface Running extends GatewayProcess {
  readonly url: string
  readonly websocketUrl: string
  readonly healthUrl: string
  ask(query: string): Promise<Answer>
  kill(): Promise<void>
}

/** A folder, and gateways that have it one after the other. */
function startingIn(upstream: FakeUpstream, env: Readonly<Record<string, string>> = {}): () => Promise<Running> {
  const dataDir = mkdtempSync(join(tmpdir(), 'killed-'))
  closing.push(async () => rmSync(dataDir, { recursive: true, force: true }))
  return async () => {
    const gateway = startProcess({
      ...upstream.env,
      DATA_DIR: dataDir,
      RECONCILE_WINDOW_MS: '300',
      LOG_LEVEL: 'fatal',
      ...env,
    })
    const kill = async (): Promise<void> => {
      gateway.child.kill('SIGKILL')
      await gateway.ended
    }
    closing.unshift(kill)
    const addresses = addressesIn(await gateway.listening)
    return {
      ...gateway,
      ...addresses,
      ask: (query) => post(addresses.url, JSON.stringify({ query })),
      kill,
    }
  }
}

const mutation = (name: Name, key = 'k'): string => `mutation { result: ${name}(input: {
  idempotencyKey: "${key}", ${MUTATIONS[name].input}
}) {
  __typename ${MUTATIONS[name].selection} ... on Refused { code } ... on OutcomeUnknown { operation { state } }
} }`
const OPERATION = `{ operation(idempotencyKey: "k") {
  state replays settledAt mutation result { __typename ... on Node { id } ... on Refused { code } }
} }`
const operation = async ({ ask }: Running): Promise<Record<string, unknown> | null> =>
  (await ask(OPERATION)).data.operation

/** As long as a machine with much to do may take. */
const PATIENT = { timeout: 15_000 }
const IN_DOUBT = { __typename: 'OutcomeUnknown', operation: { state: 'UNKNOWN' } }
const NOT_EXECUTED = { __typename: 'Refused', code: 'NOT_EXECUTED' }

/** Asks for something that nobody lives to answer. */
async function askInVain({ ask }: Running, query: string): Promise<void> {
  const answer = await ask(query).catch(() => undefined)
  if (answer) throw new Error(`answered all the same: ${answer.text}`)
}

/** Asks, and kills it at that moment. */
async function killAt(moment: Promise<unknown>, gateway: Running, query: string): Promise<void> {
  const asked = askInVain(gateway, query)
  await moment
  await gateway.kill()
  await asked
}

// Each test has its own expect: the global one does not know, among tests that run side by side, for which of them it polls.
describe.concurrent.each(Object.keys(MUTATIONS) as Name[])('a gateway that is killed in %s', (name) => {
  const { route, lastLook, id } = MUTATIONS[name]
  const run = async ({ ask }: Running): Promise<Record<string, unknown>> => (await ask(mutation(name))).data.result

  /** The next one knows of it, and not what became of it; once it may read the history, it does. */
  async function expectToFindOut(expect: ExpectStatic, bank: Bank, next: Running, end: Row): Promise<void> {
    expect(await operation(next)).toMatchObject({ state: 'UNKNOWN', settledAt: null, result: null, mutation: name })
    expect(await run(next)).toEqual(IN_DOUBT)
    bank.show()
    const result = expect.objectContaining(end)
    const state = end === NOT_EXECUTED ? 'REJECTED' : 'SUCCEEDED'
    await expect.poll(() => operation(next), PATIENT).toMatchObject({ state, result, settledAt: expect.any(String) })
    expect(await run(next)).toEqual(result)
  }

  test('before the journal: nothing is known and nothing was sent, and the key is as new', async ({ expect }) => {
    const looking = gate()
    const { upstream, executed } = await startBank(name)
    const start = startingIn(upstream)
    const first = await start()
    if (lastLook) {
      const held: Route = () => {
        looking.open()
        return undefined
      }
      upstream.routes({ [lastLook]: held })
      await killAt(looking.opened, first, mutation(name))
      upstream.routes({ [lastLook]: walletRoutes[lastLook] ?? { body: exchange() } })
    } else {
      // Nothing is asked upstream before this one is journaled: half of it has come in.
      const body = JSON.stringify({ query: mutation(name) })
      const head = `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
      const socket = await openBytes(first.url)
      await new Promise<void>((resolve) => socket.write(`${head}\r\n\r\n${body.slice(0, -9)}`, () => resolve()))
      await first.kill()
    }
    const second = await start()
    expect(await operation(second)).toBeNull()
    expect(upstream.count(route)).toBe(0)
    expect(await run(second)).toMatchObject({ id })
    expect([upstream.count(route), executed.length]).toEqual([1, 1])
  })

  test('after the journal, before the request: it is in doubt, and then known not to have been executed', async ({
    expect,
  }) => {
    // The token is fetched when all is journaled: here each call needs a new one.
    const waiting = gate()
    let isHeld = true
    const bank = await startBank(name, {
      [TOKEN_ROUTE]: () => {
        if (!isHeld || (lastLook && bank.upstream.count(lastLook) === 0))
          return { body: { access_token: 'token-of-the-test', expires_in: 0 } }
        waiting.open()
        return undefined
      },
    })
    const start = startingIn(bank.upstream)
    await killAt(waiting.opened, await start(), mutation(name))
    isHeld = false
    bank.hide()
    await expectToFindOut(expect, bank, await start(), NOT_EXECUTED)
    expect([bank.upstream.count(route), bank.executed]).toEqual([0, []])
  })

  test.for([
    ['was executed', true],
    ['was not executed', false],
  ] as const)(
    'after the request, which %s: the history tells, and it is not sent again',
    async ([, isDone], { expect }) => {
      const bank = await startBank(name)
      bank.answer((execute) => {
        if (isDone) execute()
        return undefined
      })
      const start = startingIn(bank.upstream)
      await killAt(bank.arrived, await start(), mutation(name))
      bank.hide()
      await expectToFindOut(expect, bank, await start(), isDone ? { id } : NOT_EXECUTED)
      expect([bank.upstream.count(route), bank.executed.length]).toEqual([1, isDone ? 1 : 0])
    },
  )

  test('after an answer that it has not read: the history tells, and it is not sent again', async ({ expect }) => {
    const bank = await startBank(name)
    const start = startingIn(bank.upstream)
    const first = await start()
    const answered = gate()
    bank.answer((execute, response) => {
      // The answer comes as far as its socket and no farther.
      first.child.kill('SIGSTOP')
      response.once('finish', answered.open)
      return { body: execute() }
    })
    await killAt(answered.opened, first, mutation(name))
    bank.hide()
    await expectToFindOut(expect, bank, await start(), { id })
    expect([bank.upstream.count(route), bank.executed.length]).toEqual([1, 1])
  })

  test('after the answer: it is given again, with all that was counted, and nothing is sent', async ({ expect }) => {
    const { upstream, executed } = await startBank(name)
    const start = startingIn(upstream)
    const first = await start()
    const answer = await run(first)
    expect(answer).toMatchObject({ id })
    await first.kill()

    const second = await start()
    const known = await operation(second)
    expect(known).toMatchObject({ state: 'SUCCEEDED', replays: 0, settledAt: expect.any(String), result: { id } })
    expect([await run(second), await run(second)]).toEqual([answer, answer])
    expect(await operation(second)).toEqual({ ...known, replays: 2 })
    await second.kill()

    const third = await start()
    expect(await operation(third)).toEqual({ ...known, replays: 2 })
    expect([upstream.count(route), executed.length]).toEqual([1, 1])
  })
})

test('a gateway that is killed again and again amid many calls ends with a journal that says what the upstream did', async ({
  expect,
}) => {
  const { route } = MUTATIONS.createBankWithdrawal
  const bank = await startBank('createBankWithdrawal')
  // Each withdrawal has a row of its own, known by the key that its beneficiary reads.
  const rows: Row[] = []
  const done = (key: string): number => rows.filter(({ reference }) => reference === key).length
  let arrives = (): void => {}
  bank.upstream.routes({
    [route]: ({ body }) => {
      const { externalId, reference } = JSON.parse(body) as Body
      const row = bankWithdrawal({ id: `B-${reference}`, externalId, reference, createdAt: new Date().toISOString() })
      rows.push(row)
      arrives()
      return { body: row }
    },
    'GET /withdrawals/bank': () => ({ body: page(...rows) }),
  })
  const start = startingIn(bank.upstream)
  const withdraw = (key: string): string =>
    mutation('createBankWithdrawal', key).replace('amount:', `reference: "${key}", amount:`)
  const keys: string[] = []
  // Of ten calls at once it dies before the first one has arrived, when one has, when four have, and so on.
  for (const most of [0, 1, 4, 7, 10]) {
    const gateway = await start()
    const moment = gate()
    let arrived = 0
    arrives = () => {
      arrived += 1
      if (arrived === most) moment.open()
    }
    if (most === 0) moment.open()
    const mine = Array.from({ length: 10 }, (_, index) => `k-${most}-${index}`)
    keys.push(...mine)
    const asked = Promise.allSettled(mine.map(async (key) => gateway.ask(withdraw(key))))
    await moment.opened
    await gateway.kill()
    await asked
  }

  const last = await start()
  const find = async (key: string): Promise<{ state: string } | null> =>
    (await last.ask(`{ operation(idempotencyKey: "${key}") { state } }`)).data.operation
  const known = new Map<string, string | undefined>()
  for (const key of keys) {
    await expect.poll(async () => (await find(key))?.state, PATIENT).not.toBe('UNKNOWN')
    known.set(key, (await find(key))?.state)
  }
  for (const [key, state] of known) expect([key, state, done(key)]).toEqual([key, state, state === 'SUCCEEDED' ? 1 : 0])
  // Some before, some after: otherwise it was no kill amid them.
  expect([...known.values()]).toEqual(expect.arrayContaining([undefined, 'SUCCEEDED']))

  const sent = bank.upstream.count(route)
  for (const key of keys) {
    const { data } = await last.ask(withdraw(key))
    expect(data.result).toMatchObject(known.get(key) === 'REJECTED' ? NOT_EXECUTED : { id: `BankWithdrawal:B-${key}` })
    expect(done(key)).toBe(known.get(key) === 'REJECTED' ? 0 : 1)
  }
  expect(bank.upstream.count(route)).toBe(sent + [...known.values()].filter((state) => state === undefined).length)
})

describe.concurrent('a gateway that is told to close while money moves', () => {
  const QUERY = mutation('createExchange')
  const { route, id } = MUTATIONS.createExchange

  /** A bank that answers when it is told to. */
  async function startSlowBank(): Promise<Bank & { readonly release: () => void }> {
    const bank = await startBank('createExchange')
    const released = gate()
    bank.answer(async (execute) => {
      const row = execute()
      await released.opened
      return { body: row }
    })
    return { ...bank, release: released.open }
  }
  /** Whether it lets anybody in. */
  const isOpen = ({ healthUrl }: Running): Promise<boolean> =>
    fetch(healthUrl).then(
      () => true,
      () => false,
    )

  test('lets nobody in any more, waits for the answer, gives it, and has it written down', async ({ expect }) => {
    const bank = await startSlowBank()
    const start = startingIn(bank.upstream)
    const first = await start()
    const asked = first.ask(QUERY)
    await bank.arrived
    first.child.kill('SIGTERM')
    await expect.poll(() => isOpen(first), PATIENT).toBe(false)
    await askInVain(first, mutation('createExchange', 'another'))
    const early = await Promise.race([first.ended, sleep(2_000, 'it waits')])
    expect(early).toBe('it waits')
    bank.release()
    const answer = (await asked).data.result
    expect(answer).toMatchObject({ id })
    expect(await first.ended).toMatchObject({ code: 0, stderr: '' })

    const second = await start()
    expect(await operation(second)).toMatchObject({ state: 'SUCCEEDED', replays: 0, result: { id } })
    expect((await second.ask(QUERY)).data.result).toEqual(answer)
    expect([bank.upstream.count(route), bank.executed.length]).toEqual([1, 1])
  })

  test('waits longer than for its clients: one that is cut off finds the outcome after the restart', async ({
    expect,
  }) => {
    const bank = await startSlowBank()
    const start = startingIn(bank.upstream)
    const first = await start()
    const asked = askInVain(first, QUERY)
    await bank.arrived
    first.child.kill('SIGTERM')
    await asked
    bank.release()
    expect(await first.ended).toMatchObject({ code: 0, stderr: '' })
    const second = await start()
    expect(await operation(second)).toMatchObject({ state: 'SUCCEEDED', result: { id } })
    expect(bank.executed).toHaveLength(1)
  })

  test('waits for what came over a websocket, which it closes at once', async ({ expect }) => {
    const bank = await startSlowBank()
    const start = startingIn(bank.upstream)
    const first = await start()
    const client = connectClient(first.websocketUrl)
    const asked = client.ask(QUERY).then(
      () => 'answered',
      () => 'cut off',
    )
    await bank.arrived
    first.child.kill('SIGTERM')
    expect(await asked).toBe('cut off')
    bank.release()
    expect(await first.ended).toMatchObject({ code: 0, stderr: '' })
    await client.close()
    const second = await start()
    expect(await operation(second)).toMatchObject({ state: 'SUCCEEDED', result: { id } })
    expect(bank.executed).toHaveLength(1)
  })

  test('waits for a call that is given up in the end, and looks for it after the restart', async ({ expect }) => {
    const bank = await startBank('createExchange')
    bank.answer((execute) => {
      execute()
      return undefined
    })
    bank.hide()
    const start = startingIn(bank.upstream, { MONEY_TIMEOUT_MS: '1000', RECONCILE_WAIT_MS: '100' })
    const first = await start()
    const asked = first.ask(QUERY)
    await bank.arrived
    first.child.kill('SIGTERM')
    expect((await asked).data.result).toEqual(IN_DOUBT)
    expect((await first.ended).code).toBe(0)
    bank.show()
    const second = await start()
    await expect.poll(() => operation(second), PATIENT).toMatchObject({ state: 'SUCCEEDED', result: { id } })
    expect(bank.executed).toHaveLength(1)
  })

  test('has after an orderly end all that it had: outcomes, refusals and what is in doubt', async ({ expect }) => {
    const bank = await startBank('createExchange')
    const start = startingIn(bank.upstream, { RECONCILE_WAIT_MS: '0', RECONCILE_WINDOW_MS: '900000' })
    const KEYS = ['done', 'refused', 'unknown']
    const all = async ({ ask }: Running): Promise<unknown[]> =>
      Promise.all(KEYS.map(async (key) => (await ask(OPERATION.replace('"k"', JSON.stringify(key)))).data.operation))
    const behaviours: Behaviour[] = [
      (execute) => ({ body: execute() }),
      () => ({ status: 400, body: { errorCode: 'EXC_1', defaultMessage: 'no' } }),
      () => ({ status: 500 }),
    ]
    const first = await start()
    for (const [index, behaviour] of behaviours.entries()) {
      bank.answer(behaviour)
      await first.ask(mutation('createExchange', KEYS[index]))
      await first.ask(mutation('createExchange', KEYS[index]))
    }
    const known = await all(first)
    expect(known).toMatchObject([
      { state: 'SUCCEEDED', replays: 1, result: { id } },
      { state: 'REJECTED', replays: 1, result: { __typename: 'PairNotSupported' } },
      { state: 'UNKNOWN', replays: 1, settledAt: null },
    ])
    first.child.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
    expect(await all(await start())).toEqual(known)
    expect(bank.upstream.count(route)).toBe(3)
  })
})

describe.concurrent('a caller who waits no more', () => {
  const { route, id } = MUTATIONS.createExchange
  const UPDATES =
    'subscription { operationUpdated(idempotencyKey: "k") { state replays result { ... on Node { id } } } }'
  const after = {
    SUCCEEDED: { state: 'SUCCEEDED', result: { id } },
    IN_PROGRESS: { state: 'IN_PROGRESS', result: null },
  }

  test.for([
    ['because its deadline has passed is told so', false],
    ['because it has gone', true],
  ] as const)(
    '%s, and its call runs on: the late answer settles it, and who listens hears of it',
    async ([, goes], { expect }) => {
      const bank = await startBank('createExchange')
      const released = gate()
      bank.answer(async (execute) => {
        await released.opened
        return { body: execute() }
      })
      const gateway = await startingIn(bank.upstream, { OPERATION_TIMEOUT_MS: goes ? '10000' : '2500' })()
      const client = connectClient(gateway.websocketUrl)
      const caller = new AbortController()
      const asked = fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: mutation('createExchange') }),
        signal: caller.signal,
      })
      await bank.arrived
      const updates = client.run(UPDATES)
      expect((await updates.next())?.data.operationUpdated).toMatchObject(after.IN_PROGRESS)
      if (goes) {
        caller.abort()
        await expect(asked).rejects.toThrow()
      } else {
        expect(await (await asked).json()).toEqual({
          data: { result: { __typename: 'OutcomeUnknown', operation: { state: 'IN_PROGRESS' } } },
        })
      }
      expect(await operation(gateway)).toMatchObject({ ...after.IN_PROGRESS, settledAt: null })
      released.open()
      expect((await updates.next())?.data.operationUpdated).toMatchObject(after.SUCCEEDED)
      expect(await updates.next()).toBeUndefined()
      expect(await operation(gateway)).toMatchObject(after.SUCCEEDED)
      expect((await gateway.ask(mutation('createExchange'))).data.result).toMatchObject({ id })
      expect([bank.upstream.count(route), bank.executed.length]).toEqual([1, 1])
      await client.close()
    },
  )
})
