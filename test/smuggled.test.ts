// Requests that two parsers could read as one or as two: each is refused or its connection closed, what is hidden in it is never answered,
// and the process lives on.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSandboxGateway } from './support/gateway.ts'
import { rawExchange } from './support/sockets.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import type { TestGateway } from './support/gateway.ts'

let started: TestGateway & { readonly sandbox: Sandbox }
beforeAll(async () => {
  started = await startSandboxGateway({ HEADERS_TIMEOUT_MS: '300', REQUEST_TIMEOUT_MS: '300' })
})
afterAll(() => started.close())

const HIDDEN_BODY = '{"query":"{ accounts { id } }"}'
/** Would be answered, were it ever read as a request. */
const HIDDEN = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${HIDDEN_BODY.length}\r\n\r\n${HIDDEN_BODY}`
const CHUNK = '0\r\n\r\n'

/** A request with these lines more in its head, and this behind it. */
function withLines(lines: string, behind = ''): string {
  return `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${lines}\r\n\r\n${behind}${HIDDEN}`
}

const SMUGGLED: Readonly<Record<string, string>> = {
  'a length and chunks': withLines('Content-Length: 5\r\nTransfer-Encoding: chunked', CHUNK),
  'chunks and a length': withLines('Transfer-Encoding: chunked\r\nContent-Length: 5', CHUNK),
  'a length of none and chunks': withLines('Content-Length: 0\r\nTransfer-Encoding: chunked', CHUNK),
  'two lengths': withLines('Content-Length: 0\r\nContent-Length: 5'),
  'the same length twice': withLines('Content-Length: 0\r\nContent-Length: 0'),
  'two lengths in one line': withLines('Content-Length: 0, 5'),
  'a length with a plus': withLines('Content-Length: +0'),
  'a negative length': withLines('Content-Length: -1'),
  'a length in hex': withLines('Content-Length: 0x0'),
  'a length with a letter behind it': withLines('Content-Length: 0a'),
  'a length with a fraction': withLines('Content-Length: 0.0'),
  'a length beyond all numbers': withLines('Content-Length: 18446744073709551616'),
  'an empty length': withLines('Content-Length:'),
  'a length in quotes': withLines('Content-Length: "0"'),
  'chunks twice': withLines('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', CHUNK),
  'chunks, chunks': withLines('Transfer-Encoding: chunked, chunked', CHUNK),
  'chunks, then identity': withLines('Transfer-Encoding: chunked, identity', CHUNK),
  'chunks that are not the last coding': withLines('Transfer-Encoding: chunked, gzip', CHUNK),
  'chunks misspelt': withLines('Transfer-Encoding: xchunked', CHUNK),
  'chunks in quotes': withLines('Transfer-Encoding: "chunked"', CHUNK),
  'chunks behind a control character': withLines('Transfer-Encoding: \x0bchunked', CHUNK),
  'chunks with a parameter': withLines('Transfer-Encoding: chunked;q=1', CHUNK),
  'identity alone': withLines('Transfer-Encoding: identity'),
  'an empty coding': withLines('Transfer-Encoding:', CHUNK),
  'a space before the colon': withLines('Transfer-Encoding : chunked', CHUNK),
  'a tab before the colon': withLines('Content-Length\t: 0'),
  'a line that goes on': withLines('Transfer-Encoding:\r\n chunked', CHUNK),
  'a length on a line that goes on': withLines('X-A: b\r\n Content-Length: 5'),
  'a first line that goes on': `POST /graphql HTTP/1.1\r\n Host: localhost\r\n\r\n${HIDDEN}`,
  'a header without a colon': withLines('Transfer-Encoding chunked', CHUNK),
  'a header without a name': withLines(': chunked', CHUNK),
  'a name with a line feed in it': withLines('X-A\n: b'),
  'a bare line feed in the head': withLines('X-A: b\nTransfer-Encoding: chunked', CHUNK),
  'bare line feeds throughout': withLines('Content-Length: 0').replaceAll('\r\n', '\n'),
  'a bare line feed at the end of the head': withLines('Content-Length: 0').replace('\r\n\r\n', '\r\n\n'),
  'a bare carriage return in the head': withLines('X-A: b\rTransfer-Encoding: chunked', CHUNK),
  'a NUL in a value': withLines('X-A: b\0'),
  'a NUL in a name': withLines('X\0-A: b'),
  'a chunk size beyond all numbers': withLines('Transfer-Encoding: chunked', `${'f'.repeat(17)}\r\n`),
  'a chunk size with a sign': withLines('Transfer-Encoding: chunked', '-1\r\n'),
  'a chunk size with 0x': withLines('Transfer-Encoding: chunked', '0x0\r\n\r\n'),
  'a chunk size that is none': withLines('Transfer-Encoding: chunked', 'g\r\n'),
  'an empty chunk size': withLines('Transfer-Encoding: chunked', '\r\n\r\n'),
  'a chunk size before a bare line feed': withLines('Transfer-Encoding: chunked', '0\n\n'),
  'a chunk longer than its size': withLines('Transfer-Encoding: chunked', '1\r\n{}\r\n0\r\n\r\n'),
  'a chunk without its end': withLines('Transfer-Encoding: chunked', '2\r\n{}0\r\n\r\n'),
  'a chunk extension with a bare line feed': withLines('Transfer-Encoding: chunked', '0;a\nb\r\n\r\n'),
  'a version that is none': withLines('Content-Length: 0').replace('HTTP/1.1', 'HTTP/1.2'),
  'a version of HTTP/0.9': `GET /graphql?query={accounts{id}}\r\n\r\n${HIDDEN}`,
  'a version of HTTP/2': `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${HIDDEN}`,
  'chunks in HTTP/1.0 with a length': withLines('Content-Length: 5\r\nTransfer-Encoding: chunked', CHUNK).replace(
    '1.1',
    '1.0',
  ),
  'a tunnel': `CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n${HIDDEN}`,
  'an upgrade with another request behind it': withLines(
    'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0',
  ).replace('POST', 'GET'),
}

test.concurrent.for(Object.entries(SMUGGLED))('%s', async ([, bytes], { expect: see }) => {
  const reply = await rawExchange(started.gateway.url, bytes)
  // At most one answer, which refuses.
  see(reply.match(/HTTP\/1\.1 \d{3}/g) ?? []).toSatisfy(
    (heads: string[]) => heads.length <= 1 && heads.every((head) => / 4\d\d$/.test(head)),
  )
  see(reply).not.toContain('"accounts"')
})

test('after all of them nothing was asked, and who asks honestly is answered', async () => {
  expect(started.sandbox.count()).toBe(0)
  expect(started.log.filter((line) => line.includes('"level":50'))).toEqual([])
  expect((await started.ask('{ __typename }')).data).toEqual({ __typename: 'Query' })
})

test('what is hidden would be answered, were it sent alone', async () => {
  expect(await rawExchange(started.gateway.url, HIDDEN.replace('\r\n', '\r\nConnection: close\r\n'))).toContain(
    '"accounts"',
  )
})
