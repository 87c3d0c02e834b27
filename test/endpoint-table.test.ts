// The safety classes of the endpoint table: a wrong one repeats, gives up or forgets a call that must not be.
import { expect, test } from 'vitest'
import { schema } from '../src/schema/index.ts'
import { needsOf } from '../src/schema/needs.ts'
import { endpointRows, endpoints } from '../src/upstream/endpoints.ts'

const rows = endpointRows(endpoints)

/** Asked by POST upstream, though nothing comes of them. */
const POSTED_READS = /^token\.create$|quote/i

test('what is read is a read, and what is sent makes something or moves money', () => {
  for (const { name, method, safety } of rows) {
    const reads = method === 'GET' || POSTED_READS.test(name)
    expect([name, safety]).toEqual([name, expect.stringMatching(reads ? /^read/ : /^(creates|moves-money)$/)])
  }
})

test('money moves by the endpoints of the money-moving mutations, and by no other', () => {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {})
  const moving = mutations.map(({ extensions }) => needsOf(extensions)).filter((needs) => needs?.movesMoney)
  const scopes = rows.filter(({ safety }) => safety === 'moves-money').map(({ scope }) => String(scope))
  expect(scopes.sort()).toEqual(moving.flatMap((needs) => needs?.scopes ?? []).sort())
})

test('what is public is called without a token, and nothing that is private is', () => {
  for (const { name, scope, safety } of rows) {
    if (name === 'token.create') continue
    expect([name, scope === null]).toEqual([name, safety === 'read'])
  }
})

test('only what is public is kept for others, and each kept answer ends', () => {
  const kept = rows.filter(({ keep }) => keep !== undefined)
  expect(kept.map(({ name }) => name)).toEqual(['currencies.list', 'rates.list', 'giftCards.list', 'giftCards.read'])
  for (const { safety, scope, method, keep } of kept) {
    expect([safety, scope, method]).toEqual(['read', null, 'GET'])
    expect(Number.isFinite(keep?.forMs) && Number.isFinite(keep?.staleMs)).toBe(true)
  }
})
