// What a browser is told of each answer, whatever it is: not to keep it, guess at it, hold it in a frame, or let it reach anything.
import { expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { LEAVE, send } from './support/requests.ts'
import type { RequestOptions } from './support/requests.ts'

const EVERY_ANSWER: readonly (RequestOptions & { readonly name: string; readonly path?: string })[] = [
  {
    name: 'an answer',
    method: 'POST',
    body: '{"query":"{ __typename }"}',
    headers: { 'content-type': 'application/json' },
  },
  { name: 'a refused body', method: 'POST', body: 'query={__typename}' },
  { name: 'an answer by GET', path: '/graphql?query={__typename}', headers: LEAVE },
  { name: 'who is turned away', headers: { origin: 'https://evil.com' } },
  { name: 'the front page', path: '/' },
  { name: 'the health check', path: '/healthz' },
  { name: 'the metrics', path: '/metrics' },
  { name: 'a link that is none', path: '/exports/x' },
  { name: 'a callback that is none', path: '/callbacks/merchant' },
  { name: 'what is not there', path: '/elsewhere' },
]

test('every answer has them', async () => {
  const { gateway, close } = await startTestGateway()
  for (const { name, path = '/graphql', ...init } of EVERY_ANSWER) {
    const { headers } = await send(new URL(path, gateway.url).href, init)
    expect([name, headers]).toEqual([
      name,
      expect.objectContaining({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      }),
    ])
    expect(headers).not.toHaveProperty('strict-transport-security')
    expect(headers).not.toHaveProperty('x-powered-by')
  }
  await close()
})

test('GraphiQL may run its own scripts, reach its own gateway, and nothing else', async () => {
  const { gateway, close } = await startTestGateway()
  const { headers, text } = await send(gateway.url, { headers: { accept: 'text/html' } })
  const policy = new Map(
    String(headers['content-security-policy'])
      .split('; ')
      .map((each) => [each.slice(0, each.indexOf(' ')), each.slice(each.indexOf(' ') + 1)]),
  )
  expect(policy.get('script-src')).toMatch(/^'sha256-[\w+/]{43}='$/)
  policy.delete('script-src')
  expect(Object.fromEntries(policy)).toEqual({
    'default-src': "'none'",
    'worker-src': 'blob:',
    'style-src': "'unsafe-inline'",
    'img-src': 'data:',
    'font-src': 'data:',
    'connect-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  })
  expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'cache-control': 'no-store' })
  expect(Number(headers['content-length'])).toBe(Buffer.byteLength(text))
  await close()
})

test.each([
  ['https://gateway.example.com', 'max-age=31536000'],
  ['http://gateway.example.com', undefined],
])('behind %s, browsers are told %s of coming by TLS alone', async (publicUrl, told) => {
  const { gateway, close } = await startTestGateway({ PUBLIC_URL: publicUrl })
  expect((await send(gateway.healthUrl)).headers['strict-transport-security']).toBe(told)
  await close()
})
