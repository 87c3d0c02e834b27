// A crowd of listeners on websockets in a process of their own, a subscription to a socket, who note what each of them hears.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Gateway } from '../../src/gateway.ts'

/** What is to be listened to, by how many: the first variables are the first one's, and after the last come the first again. */
export interface Listening {
  readonly sockets: number
  /** Its values have a field `price`, a whole number as text, which only ever grows. */
  readonly query: string
  readonly variables: readonly object[]
}

export type Leaving = 'complete' | 'close' | 'terminate'

/** What all of them have heard so far. */
export interface Heard {
  /** Of the prices that each heard last, the least; 0 while one has heard none. */
  readonly least: number
  /** How many prices they have heard, and how many less than there were between the first and the last. */
  readonly values: number
  readonly skipped: number
  /** How many subscriptions have ended with an error, and how many sockets have been closed. */
  readonly errors: number
  readonly closed: number
  /** What should not be: a price that is not above the one before, another message. */
  readonly faults: readonly string[]
}

export type Order =
  | ({ readonly does: 'listen'; readonly url: string } & Listening)
  | { readonly does: 'leave'; readonly how: Leaving }
  | { readonly does: 'tell' }

export interface Crowd {
  readonly pid: number
  /** Resolves when all have subscribed. */
  listen(gateway: Pick<Gateway, 'websocketUrl'>, listening: Listening): Promise<void>
  /** Resolves when all have done so; with `close` and `terminate`, when their sockets are closed. */
  leave(how: Leaving): Promise<void>
  tell(): Promise<Heard>
  kill(): Promise<void>
}

export function startCrowd(): Crowd {
  const child = fork(fileURLToPath(import.meta.resolve('./crowd-process.ts')), { execArgv: [] })
  const gone = once(child, 'exit')
  const order = async (given: Order): Promise<Heard> => {
    child.send(given)
    const [heard] = (await Promise.race([once(child, 'message'), gone.then(() => expectNobody())])) as [Heard]
    return heard
  }
  return {
    pid: child.pid ?? 0,
    async listen({ websocketUrl }, listening) {
      await order({ does: 'listen', url: websocketUrl, ...listening })
    },
    async leave(how) {
      await order({ does: 'leave', how })
    },
    tell: () => order({ does: 'tell' }),
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

function expectNobody(): never {
  throw new Error('the crowd has gone')
}
