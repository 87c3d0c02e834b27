// Pages of other places, and names that are none of the gateway's: each turned away by each transport, whoever asks from there.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { walletRoutes } from './support/rows.ts'
import { fromEach, giveEach, NOT_LET_IN } from './support/transports.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

const OWN = 'https://gateway.example.com'
const SHOP = 'https://shop.example.com'
const DESK = 'http://desk.example.com:8080'
const PRIVATE = '{ accounts { id } }'
const WHO = '{ viewer { name } }'
const TURNED_AWAY = fromEach({ code: NOT_LET_IN })
const LET_IN = fromEach({ code: 'OK', data: { viewer: { name: 'web' } } })

let upstream: FakeUpstream
const gateways = new Map<string, TestGateway>()
beforeAll(async () => {
  upstream = await startUpstream(walletRoutes)
  const keys = [{ name: 'web', scopes: ['account:read'] }]
  for (const ALLOWED_ORIGINS of ['', `${SHOP},${DESK}`])
    gateways.set(
      ALLOWED_ORIGINS,
      await startTestGateway({ ...upstream.env, PUBLIC_URL: OWN, ALLOWED_ORIGINS }, { keys }),
    )
})
afterAll(async () => {
  for (const started of gateways.values()) await started.close()
  await upstream.close()
})
afterEach(() => expect(upstream.requests.splice(0)).toEqual([]))

/** As bytes of UTF-8, as nobody should send it. */
const unescaped = (text: string): string => Buffer.from(text).toString('latin1')

const HOSTILE: readonly (readonly [string, string | readonly string[]])[] = [
  ['nobody', 'null'],
  ['the empty one', ''],
  ['a foreign one', 'https://evil.com'],
  ['a foreign one on this machine', 'http://localhost:3000'],
  ['any', '*'],
  ['its own by http', 'http://gateway.example.com'],
  ['its own at another port', `${OWN}:8443`],
  ['its own at the port that is meant anyway', `${OWN}:443`],
  ['one below its own', 'https://sub.gateway.example.com'],
  ['one above its own', 'https://example.com'],
  ['its own with more behind it', `${OWN}.evil.com`],
  ['its own with more before it', 'https://evilgateway.example.com'],
  ['its own as a user', `${OWN}@evil.com`],
  ['its own with a user', 'https://evil@gateway.example.com'],
  ['its own with a dot behind it', `${OWN}.`],
  ['its own with a slash', `${OWN}/`],
  ['its own with a path', `${OWN}/graphql`],
  ['its own as a part of another', `https://evil.com#${OWN}`],
  ['its own as a query of another', `https://evil.com?${OWN}`],
  ['its own in capitals', OWN.toUpperCase()],
  ['its own with a capital', 'https://Gateway.example.com'],
  ['its own in letters that look alike', unescaped('https://gаteway.example.com')],
  ['its own in punycode that looks alike', 'https://xn--gteway-9cd.example.com'],
  ['its own with wide letters', unescaped('https://ｇateway.example.com')],
  ['its own without a scheme', 'gateway.example.com'],
  ['its own without its slashes', 'https:gateway.example.com'],
  ['its own as a websocket', 'wss://gateway.example.com'],
  ['its own twice in one', `${OWN} ${OWN}`],
  ['its own in a list', `${OWN}, ${OWN}`],
  ['its own, twice', [OWN, OWN]],
  ['its own, and another', [OWN, 'https://evil.com']],
  ['another, and its own', ['https://evil.com', OWN]],
  ['its own in quotation marks', `"${OWN}"`],
  ['a file', 'file://'],
  ['an extension', 'chrome-extension://abcdefghijklmnop'],
  ['data', 'data:text/html,x'],
  ['a script', 'javascript:alert(1)'],
  ['__proto__', '__proto__'],
]

describe.each([
  ['nobody', ''],
  ['somebody', `${SHOP},${DESK}`],
])('where %s is allowed', (_name, allowed) => {
  const given = (headers: Record<string, string | string[]>, query = PRIVATE, isOwner = true) => {
    const { gateway, keys } = gateways.get(allowed) ?? expect.unreachable()
    return giveEach(gateway, { query, headers, ...(isOwner && { authorization: `Bearer ${keys['web']}` }) })
  }
  const port = (): string => new URL(gateways.get(allowed)?.gateway.url ?? '').port

  test.each(HOSTILE)('an origin that is %s is turned away: %j', async (_, origin) => {
    expect(await given({ origin: origin as string })).toEqual(TURNED_AWAY)
  })

  // The same as above, of what is allowed in place of the gateway's own.
  test.each(HOSTILE.filter(([, origin]) => String(origin).includes('gateway.example.com')))(
    'nor is one let in that is allowed but for being %s',
    async (_, origin) => {
      const ofShop = [origin].flat().map((each) => each.replaceAll('gateway.example.com', 'shop.example.com'))
      expect(await given({ origin: ofShop })).toEqual(TURNED_AWAY)
    },
  )

  test('its own is let in, and its own place on this machine', async () => {
    for (const origin of [OWN, ...['127.0.0.1', 'localhost', '[::1]'].map((name) => `http://${name}:${port()}`)])
      expect(await given({ origin }, WHO)).toEqual(LET_IN)
    expect(await given({}, WHO)).toEqual(LET_IN)
  })

  test('what is allowed is let in, and nothing else', async () => {
    for (const origin of [SHOP, DESK])
      expect(await given({ origin }, WHO)).toEqual(allowed === '' ? TURNED_AWAY : LET_IN)
  })

  test('what is allowed still needs a key', async () => {
    for (const origin of [OWN, SHOP]) expect(await given({ origin }, WHO, false)).toEqual(TURNED_AWAY)
  })

  test.each([
    'evil.com',
    'gateway.example.com.evil.com',
    'evilgateway.example.com',
    'gateway.example.com.',
    'gateway.example.com:8443',
    'gateway.example.com:80',
    'gateway.example.com@evil.com',
    'user@gateway.example.com',
    '127.0.0.1.evil.com',
    'localhost.',
    '0.0.0.0',
    '10.0.0.1',
    '[::]',
    '[::ffff:10.0.0.1]',
    '127.0.0.1 evil.com',
    'evil.com#127.0.0.1',
    '2130706434.evil.com',
    '*',
    '__proto__',
  ])('the name %j is turned away', async (host) => {
    expect(await given({ host })).toEqual(TURNED_AWAY)
    expect(await given({ host, 'x-forwarded-host': 'localhost', forwarded: 'host=localhost' })).toEqual(TURNED_AWAY)
  })

  test.each(['localhost', '127.0.0.1:1', '[::1]:4000', 'gateway.example.com', 'GATEWAY.example.com:443'])(
    'the name %j is let in, whatever a proxy is said to have heard',
    async (host) => {
      expect(await given({ host, 'x-forwarded-host': 'evil.com', forwarded: 'host=evil.com' }, WHO)).toEqual(LET_IN)
    },
  )

  test('a name does not make an origin its own', async () => {
    const at = `localhost:${Number(port()) + 1}`
    expect(await given({ host: at, origin: `http://${at}` })).toEqual(TURNED_AWAY)
    expect(await given({ origin: 'https://evil.com', 'x-forwarded-host': 'evil.com' })).toEqual(TURNED_AWAY)
  })
})
