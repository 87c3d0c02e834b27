// The cold start of a server: how long until it listens, and until it has answered its first query.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onCore, placeIn, root } from '../server.ts'
import { isAnswer, tokenOf } from './scenarios.ts'
import { environment, SERVER_CORE } from './servers.ts'
import type { Scenario } from './scenarios.ts'
import type { ServerKind } from './servers.ts'

/** In milliseconds from its start. */
export interface ColdStart {
  readonly listening: number
  readonly answered: number
}

export async function startCold(
  { name, script, flags }: ServerKind,
  scenario: Scenario,
  upstreamUrl: string,
  dataDir: string,
): Promise<ColdStart> {
  const [command = '', ...args] = onCore(SERVER_CORE, [process.execPath, ...flags, script])
  const began = performance.now()
  const child = spawn(command, args, {
    cwd: root,
    env: environment(upstreamUrl, dataDir),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const gone = once(child, 'exit')
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const listening = performance.now() - began
    const response = await fetch(`http://${placeIn(line.toString())}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokenOf(0)}` },
      body: JSON.stringify(scenario.request(0)),
    })
    const text = await response.text()
    const answered = performance.now() - began
    if (!isAnswer(scenario, 0, text)) throw new Error(`${name} answers first with ${text.slice(0, 500)}`)
    return { listening, answered }
  } finally {
    child.kill()
    await gone
  }
}
