// Subscriptions to single objects of the caller: read at once, and again when they change.
import { localId } from './ids.ts'
import { checkedKey } from './money.ts'
import { readWithdrawal, withdrawalId } from './withdrawals.ts'
import type { GatewayContext } from '../context.ts'
import type { MoneyOperation } from '../money/operation.ts'
import type { Account } from '../upstream/accounts.ts'
import type { Order } from '../upstream/orders.ts'
import type { Withdrawal } from '../upstream/withdrawals.ts'

export function accountUpdated(
  args: { id: string },
  { live, caller, upstream }: GatewayContext,
): AsyncIterable<Account> {
  const id = localId('Account', args.id, 'id')
  return live.objects.listen(caller, { type: 'Account', id, read: (scope) => upstream.accounts.read(id, scope) })
}

/** Ends when the order can change no more. One that has expired can: a payment may still come. */
export function orderUpdated(args: { id: string }, { live, caller, upstream }: GatewayContext): AsyncIterable<Order> {
  const id = localId('Order', args.id, 'id')
  return live.objects.listen(caller, {
    type: 'Order',
    id,
    read: (scope) => upstream.orders.read(id, scope),
    final: ({ status }) => FINAL_ORDERS.has(status),
  })
}

const FINAL_ORDERS: ReadonlySet<Order['status']> = new Set([
  'PAID',
  'FAILED',
  'CANCELLED',
  'REJECTED',
  'REFUNDED',
  'REJECTED_REFUND',
  'TEST_PAID',
  'TEST_EXPIRED',
])

export function withdrawalUpdated(
  args: { id: string },
  { live, caller, upstream }: GatewayContext,
): AsyncIterable<Withdrawal> {
  const { type, id } = withdrawalId(args.id, 'id')
  return live.objects.listen<Withdrawal>(caller, {
    type,
    id,
    read: (scope) => readWithdrawal(type, id, upstream, scope),
    final: ({ status }) => FINAL_WITHDRAWALS.has(status),
  })
}

const FINAL_WITHDRAWALS: ReadonlySet<Withdrawal['status']> = new Set(['PAID', 'FAILED', 'CANCELLED'])

/** Of the gateway's own journal: woken where there is news, and whoever else reads it reads no more than a file. */
export function operationUpdated(
  args: { idempotencyKey: string },
  { live, caller, money }: GatewayContext,
): AsyncIterable<MoneyOperation> {
  const key = checkedKey(args.idempotencyKey, 'idempotencyKey')
  return live.objects.listen<MoneyOperation>(caller, {
    type: 'MoneyOperation',
    id: key,
    read: () => money.find(caller, key),
    final: ({ state }) => state === 'SUCCEEDED' || state === 'REJECTED',
  })
}
