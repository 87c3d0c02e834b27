// The wallet's part of the seeded history that the drawn movements leave out: what failed, expired or is still under way,
// and the seven withdrawals with exchange. It has chance of its own, so that it shifts none of the draws of the rest.
import { addressOn } from './addresses.ts'
import { bankDetailsFor, recipient } from './beneficiaries.ts'
import { type Currency, currencyOf } from './catalogue.ts'
import type { DepositJourney } from './deposit-desk.ts'
import { bankDestination, cryptoDestination, walletDestination } from './destinations.ts'
import type { Target } from './exchanging-payouts.ts'
import { createFields, type Fields } from './fields.ts'
import { productOf } from './gift-card-catalogue.ts'
import type { Account } from './ledger.ts'
import { methodFor } from './payment-method-catalogue.ts'
import type { PayoutEnding, PayoutJourney } from './payouts.ts'
import type { Random } from './random.ts'
import { tenTo } from './units.ts'
import type { WalletPast } from './wallet-past.ts'
import type { World } from './world.ts'

type Event = { readonly age: number; readonly run: (at: number) => void }

const second = 1000
const minute = 60 * second
const day = 1440 * minute

export function seedWallet(world: World, past: WalletPast, random: Random, startedAt: number): readonly Event[] {
  const { ledger, cryptoDesk, depositDesk, exchangingPayouts, giftCardShop } = world

  function accountIn(code: string): Account {
    const account = ledger.accountIn(code)
    if (account === undefined) throw new Error(`The world has no account in ${code}.`)
    return account
  }

  for (const { currency } of ledger.accounts()) {
    for (const network of currency.networks)
      cryptoDesk.addAddress(accountIn(currency.code), network, startedAt - 182 * day)
  }

  function ended(ending: PayoutEnding): PayoutJourney {
    return { sentAfter: minute, endsAfter: 2 * minute + random.integer(8 * minute), ending }
  }

  function payouts(pay: (journey: PayoutJourney) => Event['run']): Event[] {
    return [
      { age: someAge(), run: pay(ended('FAILED')) },
      { age: someAge(), run: pay(ended('CANCELLED')) },
      { age: 4 * minute, run: pay(hours(100 * minute)) },
      { age: 3 * minute, run: pay(hours(minute)) },
    ]
  }

  function withdraw(code: string, whole: number, description: string): (journey: PayoutJourney) => Event['run'] {
    return (journey) => (at) => {
      const account = accountIn(code)
      const move = description === 'Voucher' ? past.voucher : past.withdrawal
      move({ account, amount: amountOf(account.currency, whole), description }, at, journey)
    }
  }

  function exchanging(payCode: string, receiveCode: string, methodType: Target['methodType'], whole: number) {
    return (journey: PayoutJourney) =>
      (at: number): void => {
        const pair = world.exchangeDesk.pairs.find(({ pay, receive }) => {
          return pay.currency.code === payCode && receive.currency.code === receiveCode
        })
        if (pair === undefined) return
        const payAmount = amountOf(pair.pay.currency, whole)
        const target = targetOf(methodType, pair.receive.currency)
        exchangingPayouts.withdraw({ pair, payAmount, target, journey }, at)
      }
  }

  function targetOf(methodType: Target['methodType'], currency: Currency): Target {
    if (methodType === 'BANK') {
      const { beneficiaryName, iban } = bankDetailsFor('SEPA', random)
      const fields = fieldsOf({ beneficiaryName, iban: iban ?? '' })
      return { methodType, destination: bankDestination('transferType')(world, currency, fields) }
    }
    if (methodType === 'CRYPTO') {
      const fields = fieldsOf({ address: addressOn(currency.code, random) })
      return { methodType, destination: cryptoDestination(world, currency, fields) }
    }
    const provider = methodFor('E_WALLET', 'WITHDRAWAL', currency).paymentMethodId
    const fields = fieldsOf({ provider, recipient: recipient(random) })
    return { methodType, destination: walletDestination(world, currency, fields) }
  }

  function announce(
    code: string,
    whole: number,
    type: 'BANK_TRANSFER' | 'CARD',
    journey: DepositJourney,
  ): Event['run'] {
    return (at) => {
      const account = accountIn(code)
      const method = methodFor(type, 'DEPOSIT', account.currency)
      depositDesk.announce({ account, method, amount: amountOf(account.currency, whole), journey }, at)
    }
  }

  function arrive(code: string, whole: number, endsAfter: number, ending: 'PAID' | 'FAILED' = 'PAID'): Event['run'] {
    return (at) => {
      const account = accountIn(code)
      const network = random.pick(account.currency.networks)
      cryptoDesk.arrive({ account, network, amount: amountOf(account.currency, whole) / 1000n, endsAfter, ending }, at)
    }
  }

  function start(productId: string, whole: number, payCode: string): Event['run'] {
    return (at) => {
      const product = productOf(productId)
      const payCurrency = currencyOf(payCode)
      if (product === undefined || payCurrency === undefined) return
      giftCardShop.start({ product, amount: amountOf(product.currency, whole), quantity: 2, payCurrency }, at)
    }
  }

  function card(after: number, ending: 'PAID' | 'FAILED'): Event['run'] {
    return (at) => {
      const account = accountIn('EUR')
      past.giftCard({ account, amount: 5000n, description: 'Gift card: games' }, at, { after, ending })
    }
  }

  const someAge = (): number => 20 * minute + random.integer(170 * 1440) * minute + random.integer(minute)
  const early = { sentAfter: minute, endsAfter: 2 * minute }

  // In brackets, the transactions that one of them writes by the start of the world.
  return [
    ...payouts(withdraw('EUR', 75, 'SEPA withdrawal')), // (6)
    ...payouts(withdraw('USD', 60, 'E-wallet withdrawal')), // (6)
    ...payouts(withdraw('GBP', 50, 'Voucher')), // (6)
    { age: someAge(), run: exchanging('USD', 'EUR', 'BANK', 120)(ended('PAID')) }, // (3)
    { age: someAge(), run: exchanging('EUR', 'ETH', 'CRYPTO', 150)(ended('PAID')) }, // (3)
    { age: someAge(), run: exchanging('ETH', 'GBP', 'E_WALLET', 1)(ended('PAID')) }, // (3)
    ...payouts(exchanging('GBP', 'EUR', 'BANK', 90)), // (14)
    { age: someAge(), run: announce('EUR', 300, 'BANK_TRANSFER', { ...early, ending: 'EXPIRED' }) },
    { age: someAge(), run: announce('USD', 80, 'CARD', { ...early, ending: 'EXPIRED' }) },
    { age: someAge(), run: announce('GBP', 40, 'CARD', { ...early, ending: 'FAILED' }) },
    { age: someAge(), run: announce('EUR', 500, 'BANK_TRANSFER', { ...early, ending: 'CANCELLED' }) },
    { age: someAge(), run: announce('EUR', 100, 'CARD', { ...early, ending: 'PAID' }) }, // (1)
    { age: 10 * minute, run: announce('EUR', 250, 'BANK_TRANSFER', hours(3 * 60 * minute)) },
    { age: 9 * minute, run: announce('EUR', 50, 'CARD', hours(3 * 60 * minute)) },
    { age: 20 * minute, run: announce('USD', 400, 'BANK_TRANSFER', hours(minute)) },
    {
      age: 30 * second,
      run: announce('GBP', 70, 'BANK_TRANSFER', { sentAfter: minute, endsAfter: 3 * minute, ending: 'PAID' }),
    },
    { age: someAge(), run: arrive('ETH', 40, 10 * minute, 'FAILED') },
    { age: 50 * minute, run: arrive('BTC', 15, 140 * minute) },
    { age: 20 * minute, run: arrive('ETH', 250, 150 * minute) },
    { age: 20 * second, run: arrive('USDT', 75_000, minute) },
    { age: someAge(), run: start('steam-eur', 20, 'BTC') },
    { age: someAge(), run: start('hotels-usd', 90, 'EUR') },
    { age: 2 * minute, run: start('thalia-eur', 25, 'BTC') },
    { age: someAge(), run: card(minute, 'FAILED') }, // (2)
    { age: 3 * minute, run: card(180 * minute, 'PAID') }, // (1)
  ]
}

/** Under way for hours, so that an explorer finds it so. */
function hours(sentAfter: number): PayoutJourney {
  return { sentAfter, endsAfter: 6 * 60 * minute, ending: 'PAID' }
}

function amountOf({ scale }: Currency, whole: number): bigint {
  return BigInt(whole) * tenTo(scale)
}

function fieldsOf(values: Readonly<Record<string, string>>): Fields {
  return createFields(new Map(Object.entries(values)))
}
