// What stands behind the seeded movements of the wallet: for each amount drawn there, the deposit, withdrawal or purchase.
import { bankDetailsFor, recipient } from './beneficiaries.ts'
import { transferTariff } from './destinations.ts'
import { transferNames } from './fiat-payouts.ts'
import { products } from './gift-card-catalogue.ts'
import type { Account } from './ledger.ts'
import { denominationsOf, methodFor, tariffOf } from './payment-method-catalogue.ts'
import type { PayoutJourney } from './payouts.ts'
import type { Random } from './random.ts'
import { priceOf } from './tariff.ts'
import { tenTo } from './units.ts'
import type { World } from './world.ts'

export type Movement = {
  readonly account: Account
  /** About what it moves: vouchers and gift cards come in certain values only. */
  readonly amount: bigint
  readonly description: string
  readonly id?: string
}

type Move = (movement: Movement, at: number, journey?: PayoutJourney) => void

export type WalletPast = {
  deposit(movement: Movement & { readonly id: string }, at: number): void
  cryptoDeposit(movement: Movement & { readonly id: string }, at: number): void
  /** The description says what kind. */
  readonly withdrawal: Move
  readonly voucher: Move
  giftCard(
    movement: Movement,
    at: number,
    delivery?: { readonly after: number; readonly ending: 'PAID' | 'FAILED' },
  ): void
}

const minute = 60_000

export function createWalletPast(world: World, random: Random): WalletPast {
  const { depositDesk, cryptoDesk, fiatPayouts, giftCardShop, prices } = world
  const someJourney = (): PayoutJourney => {
    return { sentAfter: minute, endsAfter: 2 * minute + random.integer(8 * minute), ending: 'PAID' }
  }

  return {
    deposit({ account, ...movement }, at) {
      depositDesk.credit({ account, method: methodFor('BANK_TRANSFER', 'DEPOSIT', account.currency), ...movement }, at)
    },
    cryptoDeposit({ account, amount, id }, at) {
      const network = random.pick(account.currency.networks)
      cryptoDesk.credit({ account, network, amount, id, endsAfter: minute + random.integer(30 * minute) }, at)
    },
    withdrawal({ account, amount, ...labels }, at, journey = someJourney()) {
      const { currency } = account
      if (labels.description === 'E-wallet withdrawal') {
        const method = methodFor('E_WALLET', 'WITHDRAWAL', currency)
        const price = priceOf(tariffOf(method, currency), currency, amount, true)
        const details = { provider: method.paymentMethodId, recipient: recipient(random) }
        fiatPayouts.eWallet.withdraw({ account, price, details, journey, ...labels }, at)
        return
      }
      // The words were drawn for any account, but SEPA carries euros only.
      const transferType = currency.code === 'EUR' && labels.description === transferNames.SEPA ? 'SEPA' : 'SWIFT'
      const price = priceOf(transferTariff(transferType, currency), currency, amount, true)
      const details = bankDetailsFor(transferType, random)
      fiatPayouts.bank.withdraw({ account, price, details, journey, ...labels }, at)
    },
    voucher({ account, amount, ...labels }, at, journey = someJourney()) {
      const provider = methodFor('VOUCHER', 'WITHDRAWAL', account.currency)
      const value = nearest(denominationsOf(provider, account.currency), amount)
      const price = priceOf(tariffOf(provider, account.currency), account.currency, value, false)
      const details = { provider, secret: undefined }
      fiatPayouts.voucher.withdraw({ account, price, details, journey, ...labels }, at)
    },
    giftCard({ account, amount, description, ...id }, at, delivery) {
      const category = description.replace('Gift card: ', '').toUpperCase()
      const product = random.pick(products.filter((one) => one.available && one.category === category))
      const { units, scale } = prices.rate(account.currency, product.currency, at)
      const worth = (amount * units * tenTo(product.currency.scale)) / tenTo(account.currency.scale + scale)
      const value = product.denominations.length > 0 ? nearest(product.denominations, worth) : limited(worth, product)
      const purchase = giftCardShop.start(
        { product, amount: value, quantity: 1, payCurrency: account.currency, ...id },
        at,
      )
      giftCardShop.pay(purchase, account, at, delivery)
    },
  }
}

/** The largest that is not above the amount; the smallest where all are. */
function nearest(values: readonly bigint[], amount: bigint): bigint {
  return values.findLast((value) => value <= amount) ?? values[0] ?? amount
}

function limited(value: bigint, { min, max }: { readonly min: bigint; readonly max: bigint }): bigint {
  if (value < min) return min
  return value > max ? max : value
}
