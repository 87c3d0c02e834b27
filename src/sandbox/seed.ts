// The history that a world starts with: half a year, lived through by the same code that serves what comes after.
import { createHappenings, type Happening } from './happenings.ts'
import type { Random } from './random.ts'
import { seedProjects, type SaleOf } from './seed-projects.ts'
import { seedWallet } from './seed-wallet.ts'
import { createWalletPast } from './wallet-past.ts'
import type { World } from './world.ts'

const minute = 60_000
const day = 1440 * minute

// How often each thing happened; in brackets, the transactions that one of them writes. With those of the sales, the 14
// opening deposits, the 4 crypto withdrawals under way and the 45 of the wallet's own part, they make 2,000.
const past: readonly (readonly [Happening, number])[] = [
  ['exchange', 373], // (2)
  ['sparedExchange', 7], // (0)
  ['exchangeNew', 1], // (0)
  ['exchangePending', 2], // (0)
  ['exchangeFailed', 3], // (0)
  ['cryptoWithdrawal', 150], // (1)
  ['cryptoWithdrawalFailed', 4], // (2)
  ['cryptoWithdrawalCancelled', 3], // (2)
  ['deposit', 180], // (1)
  ['cryptoDeposit', 200], // (1)
  ['withdrawal', 120], // (1)
  ['giftCard', 60], // (1)
  ['voucher', 40], // (1)
  ['fee', 120], // (1)
  ['other', 47], // (1)
  ['sparedOther', 31], // (0)
]

const pastSales: readonly (readonly [SaleOf, number])[] = [
  ['paid', 240], // (1)
  ['toppedUp', 20], // (1)
  ['failed', 6],
  ['expired', 24],
  ['test', 4],
  ['testPaid', 6],
  ['testExpired', 4],
  ['late', 6],
  ['underpaid', 8],
  ['cancelled', 10],
  ['invalid', 4],
  ['rejected', 4],
  ['refunded', 6],
  ['refundRejected', 4],
]

type Event = { readonly at: number; readonly run: (at: number) => void }

export function seedHistory(world: World, random: Random, startedAt: number): void {
  const walletPast = createWalletPast(world, random.fork('behind'))
  const happen = createHappenings(world, walletPast, random)
  const wallet = seedWallet(world, walletPast, random.fork('wallet'), startedAt)
  const sales = seedProjects(world, random, startedAt)

  // Nothing of the last twelve minutes, so that all that has begun by then has ended, and what is under way is chosen below.
  const anyTime = (): number => startedAt - 12 * minute - random.integer(180 * 1440) * minute - random.integer(minute)
  const events: Event[] = [
    ...world.ledger.accounts().map((account, index) => {
      return { at: startedAt - 181 * day + index * minute, run: (at: number) => happen.open(account, at) }
    }),
    ...past.flatMap(([kind, times]) => repeat(times, () => ({ at: anyTime(), run: happen[kind] }))),
    ...pastSales.flatMap(([course, times]) =>
      repeat(times, (index) => ({
        at: anyTime(),
        run: (at: number) => sales.sell(index % 2 ? 'coffee' : 'books', course, at),
      })),
    ),
    ...repeat(6, (index) => ({
      at: anyTime(),
      run: (at) => sales.sell('staging', index % 2 ? 'testPaid' : 'testExpired', at),
    })),
    ...happen.underWay.map(({ age, run }) => ({ at: startedAt - age, run })),
    ...wallet.map(({ age, run }) => ({ at: startedAt - age, run })),
    ...sales.underWay.map(({ age, run }) => ({ at: startedAt - age, run })),
  ]

  for (const { at, run } of events.sort((one, other) => one.at - other.at)) {
    world.agenda.runUntil(at)
    run(at)
  }
  world.agenda.runUntil(startedAt)
  happen.hold()
}

function repeat(times: number, event: (index: number) => Event): Event[] {
  return Array.from({ length: times }, (_, index) => event(index))
}
