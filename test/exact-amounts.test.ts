// Ten thousand amounts from the upstream's bytes to the client's, and back into a request body, with no digit changed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { startTestGateway } from './support/gateway.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

const COUNT = 10_000
const SEED = 20260310

/** An amount as the upstream writes it, and as it must arrive. */
interface Amount {
  readonly bytes: string
  readonly plain: string
}

const digitText = (least: number, most: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most }).map((each) => each.join(''))

/** To 12 digits before the point and 18 behind it, 30 in all; number or string, with an exponent or without. */
const anyAmount: fc.Arbitrary<Amount> = fc
  .record({
    minus: fc.constantFrom('', '', '-'),
    before: digitText(1, 12).map((text) => text.replace(/^0+(?=\d)/, '')),
    behind: digitText(0, 18),
    exponent: fc.option(
      fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.integer({ min: 0, max: 18 })),
    ),
    quoted: fc.boolean(),
  })
  .map(({ minus, before, behind, exponent, quoted }) => {
    const number = minus + before + (behind === '' ? '' : `.${behind}`) + (exponent ?? []).join('')
    const power = exponent ? Number(`${exponent[1]}${exponent[2]}`) : 0
    return {
      bytes: quoted ? `"${number}"` : number,
      plain: shifted(minus, before, behind, exponent ? power : undefined),
    }
  })

/** Moves the point by hand, digit by digit: this test's own arithmetic, so that it shares no mistake with the gateway's. */
function shifted(minus: string, before: string, behind: string, power: number | undefined): string {
  const zero = !/[1-9]/.test(before + behind)
  if (zero && power !== undefined) {
    const places = behind.length - power
    return places > 0 ? `0.${'0'.repeat(places)}` : '0'
  }
  let left = before.split('')
  const right = behind.split('')
  for (let n = 0; n < (power ?? 0); n += 1) left.push(right.shift() ?? '0')
  for (let n = 0; n > (power ?? 0); n -= 1) right.unshift(left.pop() ?? '0')
  while (left.length > 1 && left[0] === '0') left = left.slice(1)
  const whole = left.join('') || '0'
  return (zero ? '' : minus) + whole + (right.length > 0 ? `.${right.join('')}` : '')
}

const AMOUNTS = fc.sample(anyAmount, { numRuns: COUNT, seed: SEED })

let upstream: FakeUpstream
let gateway: TestGateway
const MANY_AT_ONCE = { MAX_ROOT_FIELDS: '350', MAX_ALIASES: '350', MAX_TOKENS: '20000' }

beforeAll(async () => {
  upstream = await startUpstream()
  gateway = await startTestGateway({ ...upstream.env, LOG_LEVEL: 'error', MAX_UPSTREAM_CALLS: '350', ...MANY_AT_ONCE })
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

describe(`10,000 amounts (seed ${SEED})`, () => {
  test('arrive at the client as the upstream wrote them, exponents written out', async () => {
    const rows = 500
    for (let at = 0; at < COUNT; at += 2 * rows) {
      const some = AMOUNTS.slice(at, at + 2 * rows)
      const accounts = Array.from({ length: rows }, (_, n) => {
        const [balance, available] = [some[2 * n], some[2 * n + 1]]
        return `{"accountId": ${n}, "currencyCode":"EUR", "balance": ${balance?.bytes}, "availableBalance":${available?.bytes}}`
      })
      upstream.routes({ 'GET /accounts': { body: `{"accounts": [${accounts.join(',\n')}]}` } })
      const { data, errors } = await gateway.ask('{ accounts { balance available } }')
      expect(errors).toBeUndefined()
      const read = (data.accounts as { balance: string; available: string }[]).flatMap(({ balance, available }) => [
        balance,
        available,
      ])
      expect(read).toEqual(some.map(({ plain }) => plain))
    }
  })

  test('go into a request body as the client wrote them, and come back', async () => {
    const sent: string[] = []
    upstream.routes({
      'POST /exchanges/calculate': ({ body }) => {
        const { payAmount } = JSON.parse(body) as { payAmount: string }
        sent.push(payAmount)
        return { body: `{"payAmount":${payAmount},"receiveAmount":"${payAmount}","rate":1}` }
      },
    })
    // Each once: two of the same in one operation are one call.
    const written = [
      ...new Set(AMOUNTS.map(({ plain }) => plain.replace('-', '')).filter((plain) => /[1-9]/.test(plain))),
    ]
    expect(written.length).toBeGreaterThan(COUNT * 0.95)
    for (let at = 0; at < written.length; at += 350) {
      const some = written.slice(at, at + 350)
      const fields = some.map(
        (amount, n) =>
          `q${n}: exchangeQuote(input: { payCode: "EUR", receiveCode: "BTC", amount: { payAmount: "${amount}" } }) { ...q }`,
      )
      const query = `{ ${fields.join('\n')} } fragment q on ExchangeQuoteResult { ... on ExchangeQuote { payAmount receiveAmount } }`
      const { data, errors } = await gateway.ask(query)
      expect(errors).toBeUndefined()
      expect(some.map((_, n) => data[`q${n}`] as unknown)).toEqual(
        some.map((amount) => ({ payAmount: amount, receiveAmount: amount })),
      )
    }
    expect(sent.sort()).toEqual(written.sort())
  }, 60_000)
})

describe('an amount that would be long written out', () => {
  test.each(['1e999999999', '-1e999999999', '1e-999999999', '1e64', `1e${'9'.repeat(40)}`, '9'.repeat(65)])(
    'is refused as UPSTREAM_INVALID and never expanded: %s',
    async (number) => {
      for (const bytes of [number, `"${number}"`]) {
        upstream.routes({
          'GET /accounts': { body: `[{"accountId":1,"currencyCode":"EUR","balance":${bytes},"availableBalance":0}]` },
        })
        const { data, errors } = await gateway.ask('{ accounts { balance } viewer { name } }')
        expect(data).toEqual({ accounts: null, viewer: { name: 'gateway' } })
        expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID'])
        expect(JSON.stringify(errors)).not.toContain(number)
      }
    },
  )
})
