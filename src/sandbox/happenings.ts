// What may happen to an account in the seeded history, one function each.
import { addressOn } from './addresses.ts'
import { type Currency, currencyOf, roughly } from './catalogue.ts'
import type { ExchangeStatus } from './exchange-desk.ts'
import type { Account, House, TransactionType } from './ledger.ts'
import type { PayoutJourney as Journey } from './payouts.ts'
import type { Random } from './random.ts'
import { parseUnits } from './units.ts'
import type { Movement as Backed, WalletPast } from './wallet-past.ts'
import type { World } from './world.ts'

type Happen = (at: number) => void

export type Happening =
  | 'exchange'
  | 'exchangeNew'
  | 'exchangePending'
  | 'exchangeFailed'
  | 'cryptoWithdrawal'
  | 'cryptoWithdrawalFailed'
  | 'cryptoWithdrawalCancelled'
  | 'deposit'
  | 'cryptoDeposit'
  | 'withdrawal'
  | 'giftCard'
  | 'voucher'
  | 'fee'
  | 'other'
  | 'sparedExchange'
  | 'sparedOther'

export type Happenings = Readonly<Record<Happening, Happen>> & {
  open(account: Account, at: number): void
  /** Withdrawals that have not ended when the world starts: how old they are then. */
  readonly underWay: readonly { readonly age: number; readonly run: Happen }[]
  /** Puts a little of two accounts aside, as pending operations do. */
  hold(): void
}

type Movement = {
  readonly type: TransactionType
  readonly account: Account
  readonly amount: bigint
  readonly house: House
  readonly description: string
}

type Paid = (movement: Backed & { readonly id: string }, at: number) => void

const second = 1000
const minute = 60 * second

export function createHappenings(world: World, past: WalletPast, random: Random): Happenings {
  const { ledger, exchangeDesk, cryptoPayouts } = world
  const fiat = ledger.accounts().filter(({ currency }) => currency.type === 'FIAT')
  const crypto = ledger.accounts().filter(({ currency }) => currency.type === 'CRYPTO')

  function move({ account, amount, house, ...entry }: Movement, at: number): void {
    const postings = [
      { account, amount },
      { house, currency: account.currency, amount: -amount },
    ]
    ledger.post({ at, ...entry, postings })
  }

  function exchange(status: ExchangeStatus): Happen {
    return (at) => {
      const account = random.pick(ledger.accounts().filter(isRich))
      const pair = random.pick(exchangeDesk.pairs.filter(({ enabled, pay }) => enabled && pay === account))
      exchangeDesk.execute(pair, share(account, random), at, status)
    }
  }

  function withdraw(account: Account, journey: Journey): Happen {
    return (at) => {
      const network = random.pick(account.currency.networks)
      const amount = share(account, random)
      const address = addressOn(network.code, random)
      const memo = network.memoRequired ? String(random.integer(1_000_000)) : null
      const feeIncluded = random.integer(2) === 0
      cryptoPayouts.withdraw({ account, network, amount, feeIncluded, address, memo }, at, journey)
    }
  }

  function withdrawSomewhere(ending: Journey['ending']): Happen {
    return (at) => {
      const endsAfter = 2 * minute + random.integer(8 * minute)
      withdraw(random.pick(crypto.filter(isRich)), { sentAfter: minute, endsAfter, ending })(at)
    }
  }

  function pay(paid: Paid, accounts: readonly Account[], words: readonly string[]): Happen {
    return (at) => {
      const account = random.pick(accounts.filter(isRich))
      const amount = share(account, random)
      paid({ account, amount, description: random.pick(words), id: random.uuid() }, at)
    }
  }

  function receive(received: Paid, accounts: readonly Account[], description: string, most: number): Happen {
    return (at) => {
      const account = random.pick(accounts)
      const amount = someAmount(account.currency, 5, most, random)
      received({ account, amount, description, id: random.uuid() }, at)
    }
  }

  const accountIn = (code: string): Account => ledger.accountIn(code) ?? random.pick(crypto)

  return {
    open(account, at) {
      const isFiat = account.currency.type === 'FIAT'
      const amount = someAmount(account.currency, 18_000, 24_000, random)
      const movement = { account, amount, description: isFiat ? bank : chain, id: random.uuid() }
      if (isFiat) past.deposit(movement, at)
      else past.cryptoDeposit(movement, at)
    },
    exchange: exchange('PAID'),
    exchangeNew: exchange('NEW'),
    exchangePending: exchange('PENDING'),
    exchangeFailed: exchange('FAILED'),
    cryptoWithdrawal: withdrawSomewhere('PAID'),
    cryptoWithdrawalFailed: withdrawSomewhere('FAILED'),
    cryptoWithdrawalCancelled: withdrawSomewhere('CANCELLED'),
    deposit: receive(past.deposit, fiat, bank, 2500),
    cryptoDeposit: receive(past.cryptoDeposit, crypto, chain, 1500),
    withdrawal: pay(past.withdrawal, fiat, ['SEPA withdrawal', 'SWIFT withdrawal', 'E-wallet withdrawal']),
    giftCard: pay(past.giftCard, ledger.accounts(), ['Gift card: games', 'Gift card: travel', 'Gift card: books']),
    voucher: pay(past.voucher, fiat, ['Voucher']),
    fee(at) {
      const account = random.pick(fiat.filter(isRich))
      const amount = -roughly(1 + random.integer(9), account.currency)
      move({ type: 'FEE', account, amount, house: 'fees', description: 'Account fee' }, at)
    },
    other(at) {
      const account = random.pick(ledger.accounts())
      const amount = someAmount(account.currency, 1, 20, random)
      move({ type: 'OTHER', account, amount, house: 'shop', description: 'Referral bonus' }, at)
    },
    // These draw what an exchange and a bonus would, and do nothing: room for the exchanges and transactions of the wallet's
    // own part (seed-wallet.ts), with all later draws where they were.
    sparedExchange() {
      const account = random.pick(ledger.accounts().filter(isRich))
      random.pick(exchangeDesk.pairs)
      share(account, random)
    },
    sparedOther() {
      someAmount(random.pick(ledger.accounts()).currency, 1, 20, random)
    },
    underWay: [
      // Two that move while one watches, two that an explorer finds as they are for an hour and more.
      { age: 5 * second, run: withdraw(accountIn('USDT'), { sentAfter: 30_000, endsAfter: 90_000, ending: 'PAID' }) },
      { age: 50 * second, run: withdraw(accountIn('XRP'), { sentAfter: 30_000, endsAfter: 90_000, ending: 'PAID' }) },
      {
        age: 40 * minute,
        run: withdraw(accountIn('ETH'), { sentAfter: 100 * minute, endsAfter: 180 * minute, ending: 'PAID' }),
      },
      {
        age: 20 * minute,
        run: withdraw(accountIn('BTC'), { sentAfter: minute, endsAfter: 140 * minute, ending: 'PAID' }),
      },
    ],
    hold() {
      accountIn('EUR').held = held('18', 'EUR')
      accountIn('BTC').held = held('0.01', 'BTC')
    },
  }
}

const bank = 'SEPA deposit'
const chain = 'Crypto deposit'

/** An amount worth so many euros, with digits down to the smallest unit. */
export function someAmount(currency: Currency, least: number, most: number, random: Random): bigint {
  const cents = least * 100 + random.integer((most - least) * 100)
  const units = (roughly(100_000, currency) * BigInt(cents)) / 10_000_000n
  return units + random.units(units / 100n + 2n) + 1n
}

// One to six percent, so that no account is ever emptied.
function share({ balance, held }: Account, random: Random): bigint {
  const thousandth = (balance - held) / 1000n
  return thousandth * BigInt(10 + random.integer(50)) + random.units(thousandth + 1n)
}

function isRich({ balance, currency }: Account): boolean {
  return balance > roughly(3000, currency)
}

function held(amount: string, code: string): bigint {
  return parseUnits(amount, currencyOf(code)?.scale ?? 0) ?? 0n
}
