// One sandbox's world: accounts with a history behind them, and everything that can happen to them next.
import { type Agenda, createAgenda } from './agenda.ts'
import { noOutbox, type Outbox } from './callback-desk.ts'
import { currencyOf } from './catalogue.ts'
import { createExchangeDesk, type ExchangeDesk } from './exchange-desk.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createMerchant, type Merchant } from './merchant.ts'
import { createPrices, type Prices } from './prices.ts'
import { createRandom } from './random.ts'
import { seedHistory } from './seed.ts'
import { createWallet, type Wallet } from './wallet.ts'

export type World = Merchant &
  Wallet & {
    readonly agenda: Agenda
    readonly ledger: Ledger
    readonly prices: Prices
    readonly exchangeDesk: ExchangeDesk
  }

export type WorldSettings = {
  readonly seed: string
  readonly startedAt: number
  readonly tickMs: number
  readonly outbox?: Outbox
}

const accountCurrencies = 'EUR USD GBP PLN JPY BTC ETH USDT USDC XRP XLM SOL wBTC 1INCH'.split(' ')

/** The same seed makes the same world; only its dates follow the start. */
export function createWorld({ seed, startedAt, tickMs, outbox = noOutbox }: WorldSettings): World {
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
  const wallet = createWallet({ agenda, ledger, prices, exchangeDesk, random })
  const merchant = createMerchant({ agenda, ledger, prices, random, outbox, startedAt })
  const world = { agenda, ledger, prices, exchangeDesk, ...wallet, ...merchant }
  seedHistory(world, random.fork('history'), startedAt)
  merchant.callbackDesk.goLive()
  return world
}
