// The closed list of codes: the one in the code is the one in the docs.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { badInput, ERROR_CODES, GatewayError } from '../src/errors.ts'

const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| `(\w+)` +\| (.+?) +\|/gm)].map(
  ([, code = '', meaning = '']) => [code, meaning] as const,
)

test('docs/errors.md lists each code with its meaning, in the order of src/errors.ts, and no other', () => {
  const codes = rows.filter(([code]) => /^[A-Z_]+$/.test(code))
  expect(codes).toEqual(Object.entries(ERROR_CODES))
})

test('docs/errors.md names everything that an error may have in its extensions', () => {
  const details: Required<GatewayError['details']> = {
    argument: 'input',
    scope: 'account:read',
    retryAfter: 1,
    estimated: 101,
    limit: 100,
    upstreamCode: 'GEN_8',
    upstreamKey: 'entity_not_found',
    traceId: 't',
    outcome: 'UNKNOWN',
  }
  const named = rows.map(([name]) => name).filter((name) => !/^[A-Z_]+$/.test(name))
  expect(named).toEqual(['code', 'requestId', ...Object.keys(details)])
})

test('a refused argument was not sent, and says which it is', () => {
  const error = badInput('input.payAmount', 'No.')
  expect(error).toBeInstanceOf(GatewayError)
  expect(error).toMatchObject({ code: 'BAD_USER_INPUT', effect: 'not-sent', details: { argument: 'input.payAmount' } })
})
