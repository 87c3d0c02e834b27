// GraphQL over HTTP as its specification has it: each audit of the npm package graphql-http, against a running gateway.
import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { LEAVE } from './support/requests.ts'
import type { TestGateway } from './support/gateway.ts'

let started: TestGateway
beforeAll(async () => {
  started = await startTestGateway()
})
afterAll(() => started.close())

const audits = serverAudits({
  url: () => started.gateway.url,
  // A GET without one of these is what any web page could send.
  fetchFn: (url: string, init: RequestInit = {}) =>
    fetch(url, init.method === 'POST' ? init : { ...init, headers: { ...LEAVE, ...(init.headers as object) } }),
})

test('there are 61 audits', () => {
  expect(audits).toHaveLength(61)
})

test.each(audits.map(({ id, name, fn }) => ({ id, name, fn })))('audit $id: $name', async ({ fn }) => {
  const result = await fn()
  expect('reason' in result ? `${result.status}: ${result.reason}` : result.status).toBe('ok')
})
