// What a header means is worked out once: of the last 200 texts, none of them long, and right for all others too.
import { expect, test } from 'vitest'
import { createRemembered } from '../src/server/remembered.ts'

test('a text is read once for as long as fewer than 200 others come, and a long one each time', () => {
  const read: string[] = []
  const lengthOf = createRemembered((text) => {
    read.push(text)
    return text === '' ? undefined : text.length
  })
  const long = 'x'.repeat(501)
  for (const text of ['a', '', 'a', '', long, long]) expect(lengthOf(text)).toBe(text.length || undefined)
  expect(read).toEqual(['a', '', long, long])
  for (let nth = 0; nth < 200; nth += 1) lengthOf(`${nth}`)
  read.length = 0
  expect([lengthOf('a'), lengthOf('199')]).toEqual([1, 3])
  expect(read).toEqual(['a'])
})
