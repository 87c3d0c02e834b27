// One sandbox's world: accounts with a history behind them, and everything that can happen to them next.
import { type Agenda, createAgenda } from './agenda.ts'
import { currencyOf } from './catalogue.ts'
import { createCryptoPayouts, type CryptoPayouts } from './crypto-payouts.ts'
import { createExchangeDesk, type ExchangeDesk } from './exchange-desk.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createMerchantBook, type MerchantBook } from './merchant-book.ts'
import { createPrices, type Prices } from './prices.ts'
import { createRandom } from './random.ts'
import { seedHistory } from './seed.ts'

export type World = {
  readonly agenda: Agenda
  readonly ledger: Ledger
  readonly prices: Prices
  readonly exchangeDesk: ExchangeDesk
  readonly cryptoPayouts: CryptoPayouts
  readonly merchantBook: MerchantBook
}

export type WorldSettings = { readonly seed: string; readonly startedAt: number; readonly tickMs: number }

const accountCurrencies = 'EUR USD GBP PLN JPY BTC ETH USDT USDC XRP XLM SOL wBTC 1INCH'.split(' ')

/** The same seed makes the same world; only its dates follow the start. */
export function createWorld({ seed, startedAt, tickMs }: WorldSettings): World {
  const random = createRandom(seed)
  const agenda = createAgenda()
  const ledger = createLedger()
  const ids = random.fork('accounts')
  for (const code of accountCurrencies) {
    const currency = currencyOf(code)
    if (currency !== undefined) ledger.openAccount(ids.uuid(), currency)
  }
  const prices = createPrices({ seed, startedAt, tickMs })
  const exchangeDesk = createExchangeDesk({ ledger, prices, random: random.fork('exchanges') })
  const cryptoPayouts = createCryptoPayouts({ ledger, agenda, random: random.fork('crypto-withdrawals') })
  const merchantBook = createMerchantBook({ ledger, agenda, prices, random: random.fork('orders') })
  const world = { agenda, ledger, prices, exchangeDesk, cryptoPayouts, merchantBook }
  seedHistory(world, random.fork('history'), startedAt)
  return world
}
