// The other side of the wallet's money, played by the control surface: banks, networks, providers, shops.
import { currencyOf } from './catalogue.ts'
import type { Clock } from './clock.ts'
import { ControlFault } from './control-fault.ts'
import type { CryptoDepositEnding } from './crypto-desk.ts'
import { type DepositEnding, depositStatuses } from './deposit-desk.ts'
import { type PurchaseStatus, purchaseStatuses } from './gift-card-shop.ts'
import type { PayoutEnding } from './payouts.ts'
import { withdrawalStatuses } from './payouts.ts'
import { parseUnits } from './units.ts'
import type { World } from './world.ts'

export type Coins = { readonly currencyCode: string; readonly networkCode?: string; readonly amount: string }

export type WalletControl = {
  readonly deposits: {
    /** A deposit, fiat or crypto, goes on to that status, through PENDING if need be; PAID credits it. */
    move(id: string, status: 'PENDING' | DepositEnding): void
  }
  readonly cryptoDeposits: {
    /** Coins are seen on the network, sent to the latest address; gives back the deposit's id. */
    arrive(coins: Coins): string
  }
  readonly withdrawals: {
    /** A withdrawal of any kind goes on to that status, through PENDING if need be; FAILED and CANCELLED give the money back. */
    move(id: string, status: 'PENDING' | PayoutEnding): void
  }
  readonly purchases: {
    /** A gift card purchase goes on: unpaid to EXPIRED or FAILED, paid to PAID or FAILED. */
    move(id: string, status: PurchaseStatus): void
  }
  readonly exports: {
    /** Files of so many made-up rows, for tests of size; undefined: the real ones again. */
    setRows(rows: number | undefined): void
    /** `written`: the rows that all exports have written so far; it stands still while a reader does not read. */
    get(): { readonly rows: number | undefined; readonly written: number }
  }
}

export function createWalletControl(clock: Clock, world: () => World): WalletControl {
  // The world as it is by now.
  function current(): { readonly world: World; readonly now: number } {
    const now = clock.now()
    world().agenda.runUntil(now)
    return { world: world(), now }
  }

  return {
    deposits: {
      move(id, status) {
        const { world: here, now } = current()
        checkStatus(status, depositStatuses)
        const isCrypto = here.cryptoDesk.deposits.some(({ depositId }) => depositId === id)
        if (!isCrypto) return report(here.depositDesk.move(id, status, now))
        return report(isCryptoEnding(status) && here.cryptoDesk.move(id, status, now))
      },
    },
    cryptoDeposits: {
      arrive({ currencyCode, networkCode, amount }) {
        const { world: here, now } = current()
        const account = here.ledger.accountIn(currencyCode)
        const currency = currencyOf(currencyCode)
        const network = currency?.networks.find(({ code }) => code === (networkCode ?? code))
        const units = parseUnits(String(amount), currency?.scale ?? 0)
        if (account === undefined) throw new ControlFault('currencyCode: there is no account in it')
        if (network === undefined) throw new ControlFault('networkCode: not one of the currency')
        if (units === undefined || units <= 0n) throw new ControlFault('amount: a decimal above zero, in that currency')
        return here.cryptoDesk.arrive({ account, network, amount: units }, now).depositId
      },
    },
    withdrawals: {
      move(wanted, status) {
        const { world: here, now } = current()
        checkStatus(status, withdrawalStatuses)
        const { bank, eWallet, voucher } = here.fiatPayouts
        // One with exchange goes as its second half goes.
        const half = here.exchangingPayouts.withdrawals.find(({ id }) => id === wanted)?.payout.id ?? wanted
        const moved = [here.cryptoPayouts, bank, eWallet, voucher].map((kind) => kind.move(half, status, now))
        return report(moved.find((answer) => answer !== undefined))
      },
    },
    purchases: {
      move(id, status) {
        const { world: here, now } = current()
        checkStatus(status, purchaseStatuses)
        return report(here.giftCardShop.move(id, status, now))
      },
    },
    exports: {
      setRows(rows) {
        if (rows !== undefined && (!Number.isSafeInteger(rows) || rows < 0)) {
          throw new ControlFault('rows: a whole number from 0 up')
        }
        world().exportDesk.rows = rows
      },
      get: () => ({ ...world().exportDesk }),
    },
  }
}

function report(moved: boolean | undefined): void {
  if (moved === undefined) throw new ControlFault('id: there is nothing of that id')
  if (!moved) throw new ControlFault('status: it cannot go there from where it is')
}

function checkStatus(status: string, known: readonly string[]): void {
  const choices = known.filter((one) => one !== 'NEW')
  if (!choices.includes(status)) throw new ControlFault(`status: one of ${choices.join(', ')}`)
}

function isCryptoEnding(status: string): status is CryptoDepositEnding {
  return status === 'PAID' || status === 'FAILED'
}
