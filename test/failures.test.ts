// What is known of a call that went wrong: that it was never sent is believed only of what never had a connection.
import { describe, expect, test } from 'vitest'
import { failureOf, transportFailure } from '../src/upstream/failures.ts'
import type { Endpoint } from '../src/upstream/endpoint.ts'
import type { Answer } from '../src/upstream/failures.ts'

const failing = (code: string, syscall?: string): Error =>
  Object.assign(new Error('a host'), { code, ...(syscall && { syscall }) })
const effectOf = (cause: unknown): string => transportFailure(cause, false).effect

describe('a connection that failed', () => {
  test.each([
    ['ECONNREFUSED', 'connect'],
    ['EHOSTUNREACH', 'connect'],
    ['ENETUNREACH', 'connect'],
    ['ENOTFOUND', 'getaddrinfo'],
    ['EAI_AGAIN', 'getaddrinfo'],
    // Those of TLS, and of undici, name no call of the system.
    ['UND_ERR_CONNECT_TIMEOUT', undefined],
    ['CERT_HAS_EXPIRED', undefined],
    ['ERR_TLS_CERT_ALTNAME_INVALID', undefined],
  ])('with %s from %s had sent nothing', (code, syscall) => {
    expect(effectOf(failing(code, syscall))).toBe('not-sent')
  })

  test.each([
    ['EHOSTUNREACH', 'read'],
    ['ENETUNREACH', 'read'],
    ['EHOSTUNREACH', 'write'],
    ['ECONNREFUSED', 'read'],
    ['ECONNRESET', 'read'],
    ['ECONNRESET', 'connect'],
    ['EPIPE', 'write'],
    ['UND_ERR_SOCKET', undefined],
  ])('with %s from %s may have sent it', (code, syscall) => {
    expect(effectOf(failing(code, syscall))).toBe('unknown')
  })

  test('at each address of a host had sent nothing only where that is true of all', () => {
    const all = (...syscalls: string[]): Error =>
      Object.assign(new AggregateError(syscalls.map((syscall) => failing('ECONNREFUSED', syscall))), {
        code: 'ECONNREFUSED',
      })
    expect(effectOf(all('connect', 'connect'))).toBe('not-sent')
    expect(effectOf(all('connect', 'read'))).toBe('unknown')
  })
})

describe('an answer that refuses', () => {
  const endpoint = { name: 'exchanges.create', scope: null } as unknown as Endpoint
  const answer = (status: number, text: string): Answer => ({
    status,
    body: Buffer.from(text),
    retryAfter: undefined,
    date: undefined,
    rateLimit: {},
  })

  test.each([400, 403, 404, 422])('with %i is believed in the words of the API, and without any', (status) => {
    for (const text of ['{"errorCode":"GEN_1"}', '{}', '', ' '])
      expect(failureOf(endpoint, answer(status, text)).effect).toBe('refused')
  })

  test.each([400, 403, 404, 422])('with %i is not, where it is a page of somebody else', (status) => {
    for (const text of ['<html>blocked</html>', 'Forbidden', '{"cut off'])
      expect(failureOf(endpoint, answer(status, text)).effect).toBe('unknown')
  })
})
