// What is sent to listeners, byte for byte, and the clock that all processes of the benchmark share.

/** How often all prices change. */
export const INTERVAL_MS = 1_000

/** The gateway polls between nine tenths of the interval and the whole of it after the last poll, and so does the broadcast. */
export const untilNextTick = (): number => INTERVAL_MS * (0.9 + 0.1 * Math.random())

export const BASE = 'EUR'
export const CODES = Array.from({ length: 50 }, (_, index) => `R${String(index).padStart(2, '0')}`)

export const SUBSCRIPTION = 'subscription ($c: CurrencyCode!) { liveRate(currency: $c) { price asOf stale } }'

/** Microseconds since the machine started, the same in every process. */
export const now = (): number => Number(process.hrtime.bigint() / 1_000n)

/** One rate at one tick. */
export interface Quote {
  /** Tells its tick, when that began, and its currency: `10000007.00012345678907` is the seventh, of R07. */
  readonly price: string
  readonly asOf: string
}

const FIRST_TICK = 10_000_000
const STAMP_DIGITS = 14

/** All rates at a tick that begins now. */
export function quotesOf(tick: number): readonly Quote[] {
  const stamp = String(now()).padStart(STAMP_DIGITS, '0')
  const asOf = new Date().toISOString()
  return CODES.map((code) => ({ price: `${FIRST_TICK + tick}.${stamp}${code.slice(1)}`, asOf }))
}

/** All quotes are as long as this one. */
export const SAMPLE: Quote = { price: `${FIRST_TICK}.${'0'.repeat(STAMP_DIGITS)}00`, asOf: new Date(0).toISOString() }

/** What a price tells. */
export function readPrice(price: string): { readonly tick: number; readonly began: number; readonly code: string } {
  const [whole = '', fraction = ''] = price.split('.')
  const code = `R${fraction.slice(STAMP_DIGITS)}`
  return { tick: Number(whole) - FIRST_TICK, began: Number(fraction.slice(0, STAMP_DIGITS)), code }
}

/** The message that tells a listener of a quote: what comes before the price, and the whole. */
export const headOf = (id: string): string => `{"id":"${id}","type":"next","payload":{"data":{"liveRate":{"price":"`

export const messageOf = (id: string, { price, asOf }: Quote): string =>
  `${headOf(id)}${price}","asOf":"${asOf}","stale":false}}}}`
