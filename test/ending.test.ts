// The end of a wait, as whoever listens to an AbortSignal hears of it.
import { describe, expect, test } from 'vitest'
import { createEnding } from '../src/ending.ts'
import type { Ending } from '../src/ending.ts'

const KINDS: readonly (readonly [name: string, make: () => { signal: Ending; abort(reason: unknown): void }])[] = [
  ['of our own', () => ((ending) => ({ signal: ending, abort: ending.abort }))(createEnding())],
  [
    'that is an AbortSignal',
    () => ((control) => ({ signal: control.signal, abort: (why) => control.abort(why) }))(new AbortController()),
  ],
]

describe.each(KINDS)('an ending %s', (_name, make) => {
  test('is told once, with its first reason, to all who listen and have not gone', () => {
    const { signal, abort } = make()
    const told: string[] = []
    const [first, second, gone] = ['first', 'second', 'gone'].map(
      (name) => () => void told.push(`${name}: ${String(signal.reason)}`),
    )
    for (const each of [first, second, gone]) if (each) signal.addEventListener('abort', each, { once: true })
    if (gone) signal.removeEventListener('abort', gone)
    expect([signal.aborted, told]).toEqual([false, []])
    abort('why')
    abort('again')
    expect([signal.aborted, signal.reason, told]).toEqual([true, 'why', ['first: why', 'second: why']])
  })

  test('tells nothing to who comes too late: they look first', () => {
    const { signal, abort } = make()
    abort('why')
    const late = (): never => expect.fail('was told')
    signal.addEventListener('abort', late, { once: true })
    abort('again')
    expect(signal.aborted).toBe(true)
  })
})
