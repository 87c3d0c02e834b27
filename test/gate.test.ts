// What waits at a websocket's gate: in its order, a hundred under way at a time; what is completed there is kept no longer, and all of it goes
// with the socket.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { createLog } from '../src/log.ts'
import { createGate } from '../src/server/gate.ts'
import { converse } from '../src/server/protocol.ts'
import type { Conversation } from '../src/server/protocol.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Things to run that begin in this order, each until it is ended by hand. */
function createRuns() {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  return {
    begun,
    run: (name: string) => () => {
      begun.push(name)
      return new Promise<void>((resolve) => ends.set(name, resolve))
    },
    async end(name: string) {
      ends.get(name)?.()
      await nextTurn()
    },
  }
}

describe('a gate', () => {
  test('lets so many in at a time, in the order in which they came, and none that has left', async () => {
    const { begun, run, end } = createRuns()
    const gate = createGate<string>(2, () => true)
    for (const name of ['a', 'b', 'c', 'd', 'e']) gate.enter(name, run(name))
    expect(begun).toEqual(['a', 'b'])
    gate.leave('c')
    // What is under way is not its business.
    gate.leave('b')
    await end('a')
    expect(begun).toEqual(['a', 'b', 'd'])
    await end('b')
    expect(begun).toEqual(['a', 'b', 'd', 'e'])
  })

  test('lets nobody in while it is shut, and looks when it is told to', () => {
    const { begun, run } = createRuns()
    let isOpen = false
    const gate = createGate<string>(2, () => isOpen)
    gate.enter('a', run('a'))
    isOpen = true
    expect(begun).toEqual([])
    gate.look()
    expect(begun).toEqual(['a'])
  })

  test('keeps nothing of what has left', async () => {
    const { run } = createRuns()
    const gate = createGate<object>(1, () => true)
    gate.enter({}, run('a'))
    const left = Array.from({ length: 10 }, () => {
      const key = {}
      const waiting = (): Promise<void> => Promise.resolve()
      gate.enter(key, waiting)
      gate.leave(key)
      return new WeakRef(waiting)
    })
    await nextTurn()
    collect()
    expect(left.map((each) => each.deref())).toEqual(left.map(() => undefined))
  })
})

describe('of operations that wait on a websocket', () => {
  const FIRST = 100
  /** A conversation that a hundred operations keep busy, each until they are all ended by hand. */
  function busy() {
    const asked: string[] = []
    const done = Promise.withResolvers<void>()
    const conversation = converse(
      {
        address: '127.0.0.1',
        send: () => {},
        isClear: () => true,
        hasRoom: () => true,
        greet: () => ({ id: 'one', kind: 'anonymous', scopes: [] }),
        close: () => {},
      },
      {
        async pipeline({ query }) {
          asked.push(query ?? '')
          await done.promise
          return { data: {} }
        },
        maxSubscriptions: 1000,
        maxMessagesPerSecond: 10_000,
        log: createLog('silent'),
      },
    )
    say(conversation, { type: 'connection_init' })
    for (let nth = 0; nth < FIRST; nth += 1) ask(conversation, `${nth}`, 'first')
    const release = async (): Promise<void> => {
      done.resolve()
      await nextTurn()
    }
    return { conversation, asked, release }
  }
  const say = ({ hear }: Conversation, message: object): void => hear(JSON.stringify(message))
  const ask = (to: Conversation, id: string, query: string): void =>
    say(to, { id, type: 'subscribe', payload: { query } })

  test('those that are completed are never run, and the others in their order', async () => {
    const { conversation, asked, release } = busy()
    for (let times = 0; times < 700; times += 1) {
      ask(conversation, 'same', 'completed')
      say(conversation, { id: 'same', type: 'complete' })
    }
    ask(conversation, 'same', 'last but one')
    ask(conversation, 'other', 'last')
    expect(asked).toHaveLength(FIRST)
    await release()
    expect(asked.slice(FIRST)).toEqual(['last but one', 'last'])
    conversation.end()
  })

  test('none is run once the socket has ended', async () => {
    const { conversation, asked, release } = busy()
    for (let nth = 0; nth < 50; nth += 1) ask(conversation, `w${nth}`, 'waiting')
    conversation.end()
    await release()
    expect(asked).toHaveLength(FIRST)
  })
})
