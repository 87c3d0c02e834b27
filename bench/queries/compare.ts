// Before anything is timed: all servers answer the same, and make the same upstream calls for it.
import { isAnswer, isFor, tokenOf } from './scenarios.ts'
import type { Child } from './child.ts'
import type { Calls, Scenario } from './scenarios.ts'
import type { Running } from './servers.ts'

/** The first of them also brings what is kept from then on. */
const ASKED = 3

/** Throws a sentence about the first difference. */
export async function compare(
  servers: readonly Running[],
  scenarios: readonly Scenario[],
  upstream: Child,
): Promise<void> {
  for (const server of servers) {
    for (const scenario of scenarios.filter((each) => isFor(each, server))) {
      for (let n = 0; n < ASKED; n += 1) {
        await upstream.ask('calls')
        const text = await ask(server.url, scenario, n)
        const calls = await upstream.ask<Calls>('calls')
        if (!isAnswer(scenario, n, text))
          throw new Error(`${server.name} answers ${scenario.name} with something else: ${text.slice(0, 500)}`)
        if (n > 0 && inWords(calls) !== inWords(scenario.calls))
          throw new Error(
            `${server.name} makes other upstream calls for ${scenario.name}: ${inWords(calls)}, and not ${inWords(scenario.calls)}`,
          )
      }
    }
  }
}

async function ask(url: string, scenario: Scenario, n: number): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokenOf(n)}` },
    body: JSON.stringify(scenario.request(n)),
  })
  return response.text()
}

function inWords(calls: Calls): string {
  const words = Object.entries(calls).map(([route, count]) => `${route} ${count}`)
  return words.sort().join(', ') || 'none'
}
