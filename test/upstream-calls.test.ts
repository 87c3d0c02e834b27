// What each query of the benchmark costs upstream, route by route: a gate that no clock has a say in. See also explain.test.ts for README's three.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startChild } from '../bench/queries/child.ts'
import { isAnswer, SCENARIOS, tokenOf } from '../bench/queries/scenarios.ts'
import { post, startTestGateway } from './support/gateway.ts'
import type { Child } from '../bench/queries/child.ts'
import type { Calls, Route, Scenario } from '../bench/queries/scenarios.ts'
import type { TestGateway } from './support/gateway.ts'

let upstream: Child
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startChild('bench/queries/upstream.ts')
  gateway = await startTestGateway({ SPECTROCOIN_API_URL: upstream.said })
})
afterAll(async () => {
  await gateway.close()
  upstream.close()
})

/** The nth request by the nth caller. Throws where it is answered with something else. */
async function ask(scenario: Scenario, n: number): Promise<void> {
  const body = JSON.stringify(scenario.request(n))
  const { text } = await post(gateway.gateway.url, body, { authorization: `Bearer ${tokenOf(n)}` })
  if (!isAnswer(scenario, n, text)) throw new Error(`${scenario.name} is answered with ${text.slice(0, 500)}`)
}

/** Calls since it was asked last. */
const calls = (): Promise<Calls> => upstream.ask<Calls>('calls')

const times = (each: Calls, count: number): Calls =>
  Object.fromEntries((Object.keys(each) as Route[]).map((route) => [route, (each[route] ?? 0) * count]))

describe.each(SCENARIOS)('$name: $what', (scenario) => {
  test('each caller’s request makes exactly the calls that are told, when what is everybody’s is there', async () => {
    await ask(scenario, 0)
    await calls()
    for (const n of [1, 2]) {
      await ask(scenario, n)
      expect(await calls()).toEqual(scenario.calls)
    }
  })

  test('ten callers at once make exactly ten times as many', async () => {
    await ask(scenario, 3)
    await calls()
    await Promise.all(Array.from({ length: 10 }, (_, index) => ask(scenario, 10 + index)))
    expect(await calls()).toEqual(times(scenario.calls, 10))
  })
})
