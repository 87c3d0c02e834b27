// What is no request: each body, and what corresponds to it elsewhere, given to each transport.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { send } from './support/requests.ts'
import { openGreeted } from './support/sockets.ts'
import { fromEach, give, giveEach } from './support/transports.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

const PRIVATE = '{ accounts { id } }'
const WHO = '{ viewer { name } }'
const BODIED = ['POST', 'SSE', 'websocket'] as const
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
const object = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

let upstream: FakeUpstream
let started: TestGateway
beforeAll(async () => {
  upstream = await startUpstream()
  started = await startTestGateway(upstream.env)
})
afterAll(async () => {
  await started.close()
  await upstream.close()
})
afterEach(() => expect(upstream.requests.splice(0)).toEqual([]))

describe('a body that is no request', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['spaces', '  \n'],
    ['a list of requests', JSON.stringify([{ query: PRIVATE }])],
    ['a list of two', JSON.stringify([{ query: WHO }, { query: PRIVATE }])],
    ['a list of nothing', '[]'],
    ['a text', JSON.stringify(PRIVATE)],
    ['a text of a request', JSON.stringify(JSON.stringify({ query: PRIVATE }))],
    ['a number', '5'],
    ['a large number', '1e999'],
    ['null', 'null'],
    ['true', 'true'],
    ['an object of nothing', '{}'],
    ['GraphQL', PRIVATE],
    ['half of it', '{"query": "{ accounts'],
    ['more behind it', `{"query": "${PRIVATE}"} {}`],
    ['a byte order mark before it', `\uFEFF{"query": "${PRIVATE}"}`],
    ['a comment in it', `{"query": "${PRIVATE}" /* x */}`],
    ['a comma too much', `{"query": "${PRIVATE}",}`],
    ['single quotes', `{'query': '${PRIVATE}'}`],
    ['a raw line feed in a text', `{"query": "{ accounts\n { id } }"}`],
    ['NaN', `{"query": NaN}`],
    ['a form', `query=${encodeURIComponent(PRIVATE)}`],
    ['XML', '<query/>'],
    ['lists, 20,000 deep', nested(20_000)],
    ['objects, 10,000 deep', object(10_000)],
    ['a query that is null', '{"query": null}'],
    ['a query that is empty', '{"query": ""}'],
    ['a query that is a number', '{"query": 5}'],
    ['a query that is a list', JSON.stringify({ query: [PRIVATE] })],
    ['a query that is an object', '{"query": {"toString": 1}}'],
    ['a query that is 20,000 lists', `{"query": ${nested(20_000)}}`],
    ['variables that are a list', JSON.stringify({ query: PRIVATE, variables: [] })],
    ['variables that are a text', JSON.stringify({ query: PRIVATE, variables: '{}' })],
    ['variables that are a number', JSON.stringify({ query: PRIVATE, variables: 5 })],
    ['variables that are true', JSON.stringify({ query: PRIVATE, variables: true })],
    ['the name of an operation that is a number', JSON.stringify({ query: PRIVATE, operationName: 5 })],
    ['the name of an operation that is an object', JSON.stringify({ query: PRIVATE, operationName: { toString: 1 } })],
    ['extensions that are a list', JSON.stringify({ query: PRIVATE, extensions: [] })],
    ['extensions that are a text', JSON.stringify({ query: PRIVATE, extensions: '{}' })],
    ['extensions that are a number', JSON.stringify({ query: PRIVATE, extensions: 5 })],
    ['a query that is inherited', `{"__proto__": {"query": "${PRIVATE}"}}`],
    ['a query of a constructor', `{"constructor": {"query": "${PRIVATE}"}}`],
    ['two queries, the last of which is none', `{"query": "${PRIVATE}", "query": null}`],
  ])('%s', async (_, body) => {
    expect(await giveEach(started.gateway, { body }, BODIED)).toMatchObject(fromEach({ code: 'BAD_REQUEST' }, BODIED))
  })
})

describe('a body that is one, for all that is odd with it', () => {
  const data = { viewer: { name: 'gateway' } }
  test.each<[string, string]>([
    ['spaces around it', `\r\n\t {"query": "${WHO}"} \n`],
    ['a variable that is called __proto__', `{"query": "${WHO}", "variables": {"__proto__": {"polluted": 1}}}`],
    [
      'a variable that is called constructor',
      `{"query": "${WHO}", "variables": {"constructor": {"prototype": {"polluted": 1}}}}`,
    ],
    [
      'an extension that is called __proto__',
      `{"query": "${WHO}", "extensions": {"__proto__": {"persistedQuery": 1}}}`,
    ],
    ['two queries, the last of which counts', `{"query": "${PRIVATE}", "query": "${WHO}"}`],
    ['escapes', `{"\\u0071uery": "\\u007b viewer \\u007b name } }"}`],
    [
      'a variable that nobody asked for, 10,000 lists deep',
      `{"query": "${WHO}", "variables": {"x": ${nested(10_000)}}}`,
    ],
    [
      'an extension that nobody knows, 10,000 lists deep',
      `{"query": "${WHO}", "extensions": {"x": ${nested(10_000)}}}`,
    ],
    ['nothing for all the rest', `{"query": "${WHO}", "variables": null, "operationName": null, "extensions": null}`],
  ])('%s', async (_, body) => {
    expect(await giveEach(started.gateway, { body }, BODIED)).toEqual(fromEach({ code: 'OK', data }, BODIED))
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })
})

// Nothing runs of it either way: over a websocket, clients are wont to send all that they know of an operation.
test('what else a body holds is refused over HTTP, and not looked at over a websocket', async () => {
  const body = JSON.stringify({ query: WHO, queries: [{ query: PRIVATE }] })
  const verdicts = await giveEach(started.gateway, { body }, BODIED)
  expect(verdicts).toMatchObject({ ...fromEach({ code: 'BAD_REQUEST' }, ['POST', 'SSE']), websocket: { code: 'OK' } })
})

describe('a body of', () => {
  const good = JSON.stringify({ query: PRIVATE })
  const boundary = `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${good}\r\n--x--\r\n`
  test.each<[string | undefined, string]>([
    [undefined, good],
    ['', good],
    ['text/plain', good],
    ['text/plain; application/json', good],
    ['text/json', good],
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent(PRIVATE)}`],
    ['application/x-www-form-urlencoded', good],
    ['multipart/form-data; boundary=x', boundary],
    ['multipart/form-data; application/json', good],
    ['multipart/mixed; boundary=x', boundary],
    ['application/graphql', PRIVATE],
    ['application/jsonp', good],
    ['application/json+x', good],
    ['application/xml', '<query/>'],
    ['application/octet-stream', good],
    ['application/json, text/plain', good],
    ['text/plain, application/json', good],
    ['*/*', good],
  ])('content type %s is refused', async (contentType, body) => {
    for (const accept of ['application/json', 'text/event-stream']) {
      const { status, text } = await send(started.gateway.url, {
        method: 'POST',
        body,
        headers: { accept, ...(contentType !== undefined && { 'content-type': contentType }) },
      })
      expect([accept, status]).toEqual([accept, 415])
      expect(text).toContain('"BAD_REQUEST"')
    }
  })

  test.each<[string, string, Buffer]>([
    ['UTF-16', 'application/json; charset=utf-16', Buffer.from(good, 'utf16le')],
    ['UTF-16 with its mark', 'application/json', Buffer.from(`\uFEFF${good}`, 'utf16le')],
    ['UTF-8 with its mark', 'application/json', Buffer.from(`\uFEFF${good}`)],
    ['zlib', 'application/json', Buffer.from('789c4b4c04000127', 'hex')],
    ['zeros', 'application/json', Buffer.alloc(1_000)],
  ])('%s is refused', async (_, contentType, bytes) => {
    const body = bytes.toString('latin1')
    const headers = { accept: 'application/json', 'content-type': contentType }
    for (const accept of ['application/json', 'text/event-stream']) {
      const response = await fetch(started.gateway.url, {
        method: 'POST',
        headers: { ...headers, accept },
        body: new Uint8Array(bytes),
      })
      expect([accept, response.status]).toEqual([accept, 400])
      expect(await response.text()).toContain('"BAD_REQUEST"')
    }
    for (const message of [bytes, Buffer.from(`{"id":"1","type":"subscribe","payload":${body}}`)]) {
      const { say, closed } = await openGreeted(started.gateway.websocketUrl)
      say(message)
      expect((await closed).code).toBe(4400)
    }
  })
})

describe('an address that is no request', () => {
  test.each<[string, Record<string, string>]>([
    ['variables that are no JSON', { query: PRIVATE, variables: '{' }],
    ['variables that are a list', { query: PRIVATE, variables: '[]' }],
    ['variables that are a number', { query: PRIVATE, variables: '5' }],
    ['variables, 2,000 deep and broken', { query: PRIVATE, variables: '['.repeat(2_000) }],
    ['extensions that are no JSON', { query: PRIVATE, extensions: 'x' }],
    ['extensions that are a list', { query: PRIVATE, extensions: '[]' }],
    ['no query', { operationName: 'A' }],
    ['an empty query', { query: '' }],
    ['JSON for a query', { query: JSON.stringify({ query: PRIVATE }) }],
  ])('%s', async (_, search) => {
    const { code } = await give('GET', started.gateway, { search })
    expect(code).toMatch(/^(BAD_REQUEST|GRAPHQL_PARSE_FAILED)$/)
  })
})
