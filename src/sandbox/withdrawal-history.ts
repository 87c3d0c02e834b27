// What all kinds of withdrawals share (merchant 9): the common fields, the history, one of them, and what is asked of each.
import { amount } from './answers.ts'
import type { Currency } from './catalogue.ts'
import { failure, notFound } from './failure.ts'
import type { Fields } from './fields.ts'
import { inRange, pageOf, same } from './paging.ts'
import { type Payout, type WithdrawalStatus, withdrawalStatuses } from './payouts.ts'
import type { Route } from './router.ts'
import type { Price, Tariff } from './tariff.ts'
import type { World } from './world.ts'

export type Withdrawal = Price & {
  readonly id: string
  readonly status: WithdrawalStatus
  readonly account: { readonly accountId: string; readonly currency: Currency }
  readonly externalId: string | null
  readonly failureReason: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A kind of withdrawals: where it is served, who may read it, what there is, and how one is shown to its reader. */
export type Kind<Row extends Withdrawal> = {
  readonly path: string
  readonly scope: string
  all(world: World): readonly Row[]
  show(row: Row, now: number): object
}

export function historyOf<Row extends Withdrawal>(kind: Kind<Row>): readonly Route[] {
  const { path, scope, all, show } = kind
  return [
    {
      method: 'GET',
      path,
      scope,
      list: 'withdrawals',
      run: ({ world, now, query }) => pageOf(wantedOf(kind, world, query), query, (row) => show(row, now)),
    },
    {
      method: 'GET',
      path: `${path}/{id}`,
      scope,
      run({ world, now, parameter }) {
        const withdrawal = all(world).find(({ id }) => id === parameter('id'))
        if (withdrawal === undefined) throw notFound(parameter('id'))
        return show(withdrawal, now)
      },
    },
  ]
}

function wantedOf<Row extends Withdrawal>({ all }: Kind<Row>, world: World, query: Fields): readonly Row[] {
  const isOfStatus = same(query.choice('status', withdrawalStatuses))
  const isIn = same(query.currency('currencyCode'))
  const isInRange = inRange(query)
  return all(world).filter(
    ({ status, account, createdAt }) => isOfStatus(status) && isIn(account.currency) && isInRange(createdAt),
  )
}

/** The common fields, around those of the kind. */
export function showCommon(type: string, withdrawal: Withdrawal, own: object): object {
  const { id, status, account, externalId, failureReason, createdAt, updatedAt } = withdrawal
  const { accountId, currency } = account
  return {
    id,
    type,
    status,
    accountId,
    currencyCode: currency.code,
    withdrawAmount: amount(withdrawal.withdrawAmount, currency),
    feeAmount: amount(withdrawal.feeAmount, currency),
    receiveAmount: amount(withdrawal.receiveAmount, currency),
    ...own,
    externalId,
    failureReason,
    createdAt,
    updatedAt,
  }
}

/** The wire's names for what a payout's details are, unless they are secret. */
export function showPayout<Details extends object>(type: string): (payout: Payout<Details>) => object {
  return (payout) => showCommon(type, payout, payout.details)
}

/** What nothing depends on, but may not be too long; the description is not kept. */
export function notesOf(body: Fields): { readonly externalId: string | undefined } {
  body.limited('description', 140)
  // Not a guard: a second call with the same one is executed too, so that nobody comes to rely on it unawares.
  return { externalId: body.limited('externalId', 64) }
}

export function showFee({ min, max, fee }: Tariff, currency: Currency, query: Fields, own: object): object {
  query.required('amount')
  return {
    currencyCode: currency.code,
    ...own,
    feeAmount: amount(fee(query.amount('amount', currency) ?? 0n), currency),
    minAmount: amount(min, currency),
    maxAmount: amount(max, currency),
  }
}

export function requiredCurrency(fields: Fields, name: string): Currency {
  const code = fields.required(name)
  const currency = fields.currency(name)
  if (currency === undefined) throw failure('GEN_8', { Id: code })
  return currency
}
