// A helper process of the benchmark, which answers each message by one.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onCore, root } from '../server.ts'

export interface Child {
  /** What it said when it was ready. */
  readonly said: string
  /** Resolves with its answer. One question at a time. */
  ask<T>(question: object | string): Promise<T>
  close(): void
}

/** All that is not measured shares a core, so that the server that is has one of its own. */
const CORE = 1

export async function startChild(script: string): Promise<Child> {
  const [command = '', ...args] = onCore(CORE, [process.execPath, script])
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const answer = async (): Promise<unknown> => {
    const gone = new AbortController()
    const [message] = (await Promise.race([
      once(child, 'message', { signal: gone.signal }),
      once(child, 'exit', { signal: gone.signal }).then(() => {
        throw new Error(`${script} has gone`)
      }),
    ]).finally(() => gone.abort())) as [unknown]
    return message
  }
  return {
    said: String(await answer()),
    ask<T>(question: object | string) {
      child.send(question)
      return answer() as Promise<T>
    },
    // It goes when its parent does not talk to it any more.
    close: () => child.disconnect(),
  }
}
