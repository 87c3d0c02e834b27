// Exchanges between the accounts: pairs with their limits, quotes at the moment's rate, and execution in one entry.
import { type Currency, roughly } from './catalogue.ts'
import { failure } from './failure.ts'
import type { Account, Ledger } from './ledger.ts'
import type { Prices, Rate } from './prices.ts'
import type { Random } from './random.ts'
import { formatUnits, tenTo } from './units.ts'

export const exchangeStatuses = ['NEW', 'PENDING', 'PAID', 'FAILED'] as const
export type ExchangeStatus = (typeof exchangeStatuses)[number]

export type Pair = {
  readonly exchangePairId: string
  readonly pay: Account
  readonly receive: Account
  readonly enabled: boolean
}

export type Quote = {
  readonly pair: Pair
  readonly rate: Rate
  readonly payAmount: bigint
  readonly receiveAmount: bigint
}

export type Exchange = Quote & {
  readonly exchangeId: string
  readonly status: ExchangeStatus
  readonly createdAt: Date
}

export type ExchangeDesk = {
  readonly pairs: readonly Pair[]
  /** Oldest first. */
  readonly exchanges: readonly Exchange[]
  quotePay(pair: Pair, payAmount: bigint, at: number): Quote
  quoteReceive(pair: Pair, receiveAmount: bigint, at: number): Quote
  /** Moves the money, unless the exchange is to be recorded in a state in which none has moved. */
  execute(pair: Pair, payAmount: bigint, at: number, status?: ExchangeStatus): Exchange
}

type DeskDependencies = { readonly ledger: Ledger; readonly prices: Prices; readonly random: Random }

const majors = ['EUR', 'USD', 'BTC', 'ETH', 'USDT']
const suspended = 'PLN USDC'

export function createExchangeDesk({ ledger, prices, random }: DeskDependencies): ExchangeDesk {
  const pairs = pairsOf(ledger.accounts(), random)
  const exchanges: Exchange[] = []

  function rateOf({ pay, receive }: Pair, at: number): Rate {
    return prices.rate(pay.currency, receive.currency, at)
  }

  const desk: ExchangeDesk = {
    pairs,
    exchanges,
    quotePay(pair, payAmount, at) {
      checkPay(pair, payAmount)
      const rate = rateOf(pair, at)
      const receiveAmount = received(pair, payAmount, rate)
      checkReceive(pair, receiveAmount)
      return { pair, rate, payAmount, receiveAmount }
    },
    quoteReceive(pair, wanted, at) {
      checkReceive(pair, wanted)
      const rate = rateOf(pair, at)
      const payAmount = paid(pair, wanted, rate)
      checkPay(pair, payAmount)
      // What that payment really brings, so that receive = round down (pay x rate) always holds (wallet 6.6).
      return { pair, rate, payAmount, receiveAmount: received(pair, payAmount, rate) }
    },
    execute(pair, payAmount, at, status = 'PAID') {
      const quote = desk.quotePay(pair, payAmount, at)
      const { pay } = pair
      const available = pay.balance - pay.held
      if (available < payAmount) {
        const { code, scale } = pay.currency
        throw failure('ACC_1', { availableBalance: formatUnits(available, scale), currencyCode: code })
      }
      const exchange = { ...quote, exchangeId: random.uuid(), status, createdAt: new Date(at) }
      exchanges.push(exchange)
      if (status === 'PAID') settle(ledger, exchange)
      return exchange
    },
  }
  return desk
}

export function minPay({ pay }: Pair): bigint {
  return roughly(1, pay.currency)
}

export function maxPay({ pay }: Pair): bigint {
  return roughly(100_000, pay.currency)
}

function settle(ledger: Ledger, { exchangeId, pair, payAmount, receiveAmount, createdAt }: Exchange): void {
  const { pay, receive } = pair
  ledger.post({
    at: createdAt.getTime(),
    type: 'EXCHANGE',
    description: `${pay.currency.code} exchanged for ${receive.currency.code}`,
    referenceId: exchangeId,
    postings: [
      { account: pay, amount: -payAmount },
      { house: 'exchange', currency: pay.currency, amount: payAmount },
      { house: 'exchange', currency: receive.currency, amount: -receiveAmount },
      { account: receive, amount: receiveAmount },
    ],
  })
}

function checkPay(pair: Pair, amount: bigint): void {
  const { currency } = pair.pay
  if (amount < minPay(pair)) throw failure('EXC_2', limit('minPayAmount', minPay(pair), currency))
  if (amount > maxPay(pair)) throw failure('EXC_4', limit('maxPayAmount', maxPay(pair), currency))
}

function checkReceive({ receive }: Pair, amount: bigint): void {
  // Wider than the paying side's limits, so that those are met first unless prices ran away.
  const least = roughly(1, receive.currency) / 2n
  const most = roughly(100_000, receive.currency) * 4n
  if (amount < least || amount === 0n) throw failure('EXC_3', limit('minReceiveAmount', least, receive.currency))
  if (amount > most) throw failure('EXC_5', limit('maxReceiveAmount', most, receive.currency))
}

function limit(name: string, amount: bigint, { code, scale }: Currency): Record<string, string> {
  return { [name]: formatUnits(amount, scale), currencyCode: code }
}

// The customer receives rounded down and pays rounded up (wallet 2.4).
function received({ pay, receive }: Pair, payAmount: bigint, { units, scale }: Rate): bigint {
  return (payAmount * units * tenTo(receive.currency.scale)) / tenTo(pay.currency.scale + scale)
}

function paid({ pay, receive }: Pair, receiveAmount: bigint, { units, scale }: Rate): bigint {
  const dividend = receiveAmount * tenTo(pay.currency.scale + scale)
  const divisor = units * tenTo(receive.currency.scale)
  return (dividend + divisor - 1n) / divisor
}

// Directed: EUR to BTC and BTC to EUR are two pairs. One side is always a major currency.
function pairsOf(accounts: readonly Account[], random: Random): Pair[] {
  return accounts.flatMap((pay) =>
    accounts
      .filter((receive) => receive !== pay)
      .map((receive) => ({ pay, receive, codes: [pay.currency.code, receive.currency.code] }))
      .filter(({ codes }) => codes.some((code) => majors.includes(code)) || codes.join(' ') === suspended)
      .map(({ pay, receive, codes }) => {
        return { exchangePairId: random.uuid(), pay, receive, enabled: codes.join(' ') !== suspended }
      }),
  )
}
