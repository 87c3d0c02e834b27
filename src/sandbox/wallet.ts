// The wallet's half of a world: money in, money out, gift cards, and what of it is exported.
import type { Agenda } from './agenda.ts'
import { createCryptoDesk, type CryptoDesk } from './crypto-desk.ts'
import { createCryptoPayouts, type CryptoPayouts } from './crypto-payouts.ts'
import { createDepositDesk, type DepositDesk } from './deposit-desk.ts'
import type { ExchangeDesk } from './exchange-desk.ts'
import { createExchangingPayouts, type ExchangingPayouts } from './exchanging-payouts.ts'
import type { ExportDesk } from './exports.ts'
import { createFiatPayouts, type FiatPayouts } from './fiat-payouts.ts'
import { createGiftCardShop, type GiftCardShop } from './gift-card-shop.ts'
import type { Ledger } from './ledger.ts'
import type { Prices } from './prices.ts'
import type { Random } from './random.ts'

export type Wallet = {
  readonly depositDesk: DepositDesk
  readonly cryptoDesk: CryptoDesk
  readonly cryptoPayouts: CryptoPayouts
  readonly fiatPayouts: FiatPayouts
  readonly exchangingPayouts: ExchangingPayouts
  readonly giftCardShop: GiftCardShop
  readonly exportDesk: ExportDesk
}

type WalletDependencies = {
  readonly agenda: Agenda
  readonly ledger: Ledger
  readonly prices: Prices
  readonly exchangeDesk: ExchangeDesk
  readonly random: Random
}

export function createWallet({ agenda, ledger, prices, exchangeDesk, random }: WalletDependencies): Wallet {
  return {
    depositDesk: createDepositDesk({ ledger, agenda, random: random.fork('deposits') }),
    cryptoDesk: createCryptoDesk({ ledger, agenda, random: random.fork('crypto-deposits') }),
    cryptoPayouts: createCryptoPayouts({ ledger, agenda, random: random.fork('crypto-withdrawals') }),
    fiatPayouts: createFiatPayouts({ ledger, agenda, random: random.fork('fiat-withdrawals') }),
    exchangingPayouts: createExchangingPayouts({ exchangeDesk, random: random.fork('withdrawals-with-exchange') }),
    giftCardShop: createGiftCardShop({ ledger, agenda, prices, random: random.fork('gift-cards') }),
    exportDesk: { rows: undefined, written: 0 },
  }
}
