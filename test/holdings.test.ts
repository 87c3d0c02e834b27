// What selections keep in memory, counted to the character: up to the bound and not above it, each document once, and given back once.
import { parse } from 'graphql'
import { expect, test } from 'vitest'
import { createHoldings } from '../src/server/holdings.ts'
import type { DocumentNode } from 'graphql'
import type { Holdings } from '../src/server/holdings.ts'

/** A document of so many characters. */
const documentOf = (length: number): DocumentNode => parse('{ a }'.padEnd(length, '#'))

/** Takes it, and gives what gives it back; undefined: there was no room. */
function take(holdings: Holdings, document: DocumentNode, variables: number): (() => void) | undefined {
  const gone = new AbortController()
  return holdings.take(document, variables, gone.signal) ? () => gone.abort() : undefined
}

test('documents and variables are taken up to the bound, and not one character above it', () => {
  const holdings = createHoldings(100)
  expect(take(holdings, documentOf(60), 20)).toBeDefined()
  for (const [length, variables] of [
    [21, 0],
    [20, 1],
    [5, 16],
  ] as const)
    expect(take(holdings, documentOf(length), variables)).toBeUndefined()
  // What was refused has taken nothing.
  expect(take(holdings, documentOf(10), 10)).toBeDefined()
  expect(take(holdings, documentOf(5), 0)).toBeUndefined()
})

test('a document is counted once however many selections use it, their variables each, until the last of them goes', () => {
  const holdings = createHoldings(100)
  const document = documentOf(60)
  const [first, second, third] = [
    take(holdings, document, 10),
    take(holdings, document, 20),
    take(holdings, document, 10),
  ]
  expect([first, second, third]).not.toContain(undefined)
  expect(take(holdings, document, 1)).toBeUndefined()
  first?.()
  third?.()
  expect(take(holdings, documentOf(21), 0)).toBeUndefined()
  expect(take(holdings, document, 21)).toBeUndefined()
  second?.()
  expect(take(holdings, documentOf(100), 0)).toBeDefined()
})

test('what is given back is given back once, and can be taken again and again', () => {
  const holdings = createHoldings(100)
  const document = documentOf(60)
  for (let times = 0; times < 5; times += 1) {
    const leave = take(holdings, document, 40)
    expect(leave).toBeDefined()
    expect(take(holdings, documentOf(5), 0)).toBeUndefined()
    leave?.()
    leave?.()
  }
  const whole = take(holdings, documentOf(100), 0)
  expect([whole, take(holdings, documentOf(5), 0)]).toEqual([expect.any(Function), undefined])
})
