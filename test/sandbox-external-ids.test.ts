// The client's own name of a withdrawal: kept and shown by the sandbox, or hidden, and never a guard.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Body, type Caller, startCaller } from './sandbox/caller.ts'
import { withdrawals } from './sandbox/withdrawals.ts'

let caller: Caller
beforeAll(async () => {
  caller = await startCaller({ callsPerMinute: 100_000 })
})
beforeEach(() => caller.control.clock.freeze())
afterEach(() => caller.control.reset())
afterAll(() => caller.sandbox.close())

/** The answer to the call, and the withdrawal as it is read: alone, and as the newest of its history. */
async function make(path: string, order: object): Promise<Body[]> {
  const { status, body } = await caller.post(path, order)
  expect(status).toBe(200)
  const [alone, history] = [await caller.get(`${path}/${body.id}`), await caller.get(`${path}?size=1`)]
  expect(history.body.data[0].id).toBe(body.id)
  return [body, alone.body, history.body.data[0]]
}

describe.each(Object.entries(withdrawals))('an externalId given to %s', (path, order) => {
  test('is in the answer, in the withdrawal and in the history; null where none was given', async () => {
    for (const row of await make(path, { ...order, externalId: 'payout-881' })) {
      expect(row).toHaveProperty('externalId', 'payout-881')
    }
    for (const row of await make(path, order)) expect(row).toHaveProperty('externalId', null)
  })

  test('is left out everywhere while external ids are hidden, and shown again after', async () => {
    caller.control.formats.set({ externalIds: 'hidden' })
    const rows = await make(path, { ...order, externalId: 'payout-881' })
    for (const row of rows) expect(row).not.toHaveProperty('externalId')
    caller.control.formats.set({ externalIds: 'shown' })
    expect((await caller.get(`${path}/${rows[0].id}`)).body.externalId).toBe('payout-881')
  })

  test('may come twice, and both withdrawals are made and bear it', async () => {
    const [one] = await make(path, { ...order, externalId: 'payout-881' })
    const [other] = await make(path, { ...order, externalId: 'payout-881' })
    expect(other.id).not.toBe(one.id)
    const { data } = (await caller.get(`${path}?size=2`)).body
    expect(data.map(({ externalId }: Body) => externalId)).toEqual(['payout-881', 'payout-881'])
    expect(caller.control.executions()[`POST ${path}`]).toBe(2)
  })
})

test('the second half of a withdrawal with exchange bears none', async () => {
  const path = '/withdrawals/with-exchange'
  const [{ withdrawalId }] = await make(path, { ...withdrawals[path], externalId: 'payout-881' })
  expect((await caller.get(`/withdrawals/bank/${withdrawalId}`)).body).toHaveProperty('externalId', null)
})

test('an externalId that looks like an id stays a text where ids are numbers', async () => {
  const path = '/withdrawals/bank'
  const externalId = 'a6c0ffee-0000-4000-8000-000000000000'
  caller.control.formats.set({ ids: 'numbers' })
  const { text } = await caller.post(path, { ...withdrawals[path], externalId })
  expect(text).toContain(`"externalId":"${externalId}"`)
  expect(text).toMatch(/^\{"id":\d+,/)
})
