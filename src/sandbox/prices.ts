// Prices that walk from the seed: any moment's price can be computed without the moments before it.
import { createHash } from 'node:crypto'
import { currencies, type Currency } from './catalogue.ts'
import { hashOf } from './random.ts'
import { divideToNearest, formatUnits, tenTo } from './units.ts'

/** An exact rate: `units` of 10^-scale. */
export type Rate = { readonly units: bigint; readonly scale: number }

export type Prices = {
  /** Units of `base` for one unit of `priced`. */
  rate(priced: Currency, base: Currency, at: number): Rate
  /** Percent over the 24 hours before, with two places. */
  change24h(priced: Currency, base: Currency, at: number): Rate
  /** When the rate last moved. */
  movedAt(priced: Currency, base: Currency, at: number): number
  /** Holds a price (units of 10^-18 EUR) from that time on. */
  hold(currency: Currency, price: bigint, at: number): void
  /** Lets all prices take steps without the clock. */
  step(steps: number): void
}

type PricesDependencies = {
  readonly seed: string
  readonly startedAt: number
  readonly tickMs: number
}

const day = 86_400_000
// Waves of 1, 4, 16, ... steps, each twice as high as the one before: close to a random walk, but with random access.
const octaves = Array.from({ length: 13 }, (_, octave) => ({
  octave,
  period: 4 ** octave,
  height: BigInt(2 ** octave),
}))
const highest = BigInt(2 ** 12)
// What stands for another currency keeps to its price.
const walksWith: Readonly<Record<string, string>> = { wBTC: 'BTC', USDT: 'USD', USDC: 'USD', BUSD: 'USD' }
const noiseRange = BigInt(2 ** 31)

export function createPrices({ seed, startedAt, tickMs }: PricesDependencies): Prices {
  const seeds = new Map(currencies.map(({ code }) => [code, seedOf(`${seed}/prices/${walksWith[code] ?? code}`)]))
  const held = new Map<string, { readonly price: bigint; readonly since: number }>()
  const memory = new Map<string, bigint>()
  let extraSteps = 0

  function lastStep(currency: Currency, at: number): number {
    const step = Math.floor((at - startedAt) / tickMs) + extraSteps
    return Math.floor(step / currency.beat) * currency.beat
  }

  function priceAt(currency: Currency, at: number): bigint {
    const fixed = held.get(currency.code)
    if (fixed !== undefined && at >= fixed.since) return fixed.price
    const step = lastStep(currency, at)
    const key = `${currency.code} ${step}`
    const known = memory.get(key)
    if (known !== undefined) return known
    if (memory.size > 10_000) memory.clear()
    const price = walk(currency, seeds.get(currency.code) ?? 0, step)
    memory.set(key, price)
    return price
  }

  function movedAt(currency: Currency, at: number): number {
    const fixed = held.get(currency.code)
    if (fixed !== undefined && at >= fixed.since) return fixed.since
    return Math.min(at, startedAt + (lastStep(currency, at) - extraSteps) * tickMs)
  }

  return {
    rate: (priced, base, at) => ratio(priceAt(priced, at), priceAt(base, at)),
    change24h(priced, base, at) {
      const now = priceAt(priced, at) * priceAt(base, at - day)
      const before = priceAt(priced, at - day) * priceAt(base, at)
      return { units: divideToNearest((now - before) * 10_000n, before), scale: 2 }
    },
    movedAt(priced, base, at) {
      // The euro is the measure of all prices and never moves of itself.
      const moves = [priced, base].filter(({ code }) => code !== 'EUR').map((currency) => movedAt(currency, at))
      return moves.length === 0 ? startedAt : Math.max(...moves)
    },
    hold(currency, price, at) {
      held.set(currency.code, { price, since: at })
    },
    step(steps) {
      extraSteps += steps
    },
  }
}

export function formatRate({ units, scale }: Rate): string {
  return formatUnits(units, scale)
}

// Ten places, and more where a tiny price would lose its digits: at least six of them, up to eighteen places.
function ratio(price: bigint, base: bigint): Rate {
  let scale = 10
  while (scale < 18 && (price * tenTo(scale)) / base < 100_000n) scale += 1
  return { units: divideToNearest(price * tenTo(scale), base), scale }
}

function walk(currency: Currency, seed: number, step: number): bigint {
  let sway = 0n
  for (const { octave, period, height } of octaves) {
    const index = Math.floor(step / period)
    const into = BigInt(step - index * period)
    const left = BigInt(hashOf(seed, octave, index)) - noiseRange
    const right = BigInt(hashOf(seed, octave, index + 1)) - noiseRange
    sway += (height * (left * (BigInt(period) - into) + right * into)) / BigInt(period)
  }
  const whole = highest * noiseRange * 1000n
  return divideToNearest(currency.reference * (whole + sway * BigInt(currency.sway)), whole)
}

function seedOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32LE(0)
}
