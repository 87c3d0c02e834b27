// What is done with merchant orders: making them, and moving one on.
import { create } from './creations.ts'
import { localId } from './ids.ts'
import { moveMoney } from './money.ts'
import { checkedTerms, TERMS_KINDS, termsFacts } from './order-terms.ts'
import { checkedText } from './texts.ts'
import { withdrawFrom } from './withdraw-from.ts'
import type { GatewayContext } from '../context.ts'
import type { Order } from '../upstream/orders.ts'
import type { Preorder } from '../upstream/preorders.ts'
import type { MoneyMove, NotMoved } from './money.ts'
import type { OrderTermsInput } from './order-terms.ts'
import type { Expected } from './results.ts'
import type { WithdrawFromInput } from './withdraw-from.ts'

export async function createOrder(
  { input }: { input: OrderTermsInput },
  context: GatewayContext,
): Promise<Preorder | Expected<(typeof TERMS_KINDS)[number]>> {
  const terms = checkedTerms(input)
  return create(
    () => context.upstream.orderActions.create(terms, context.scope),
    termsFacts(input),
    TERMS_KINDS,
    context,
  )
}

export interface CreateOrderFromPreorderInput {
  readonly preorderId: string
  readonly payCode: string
  readonly network?: string | null | undefined
  readonly payerEmail?: string | null | undefined
}

const STATE_KINDS = ['InvalidInput', 'StateConflict'] as const
type StateRefusal = Expected<(typeof STATE_KINDS)[number]>

export async function createOrderFromPreorder(
  { input }: { input: CreateOrderFromPreorderInput },
  context: GatewayContext,
): Promise<Order | StateRefusal> {
  const pick = {
    preorderId: localId('Preorder', input.preorderId, 'input.preorderId'),
    payCode: input.payCode,
    network: checkedText(input.network, 'input.network'),
    payerEmail: checkedText(input.payerEmail, 'input.payerEmail'),
  }
  const facts = {
    // No id is in its path, but the preorder is what a 404 is about (merchant 3.2).
    subject: ['input', 'preorderId'],
    paths: {
      preOrderId: ['input', 'preorderId'],
      payCurrencyCode: ['input', 'payCode'],
      payNetworkCode: ['input', 'network'],
      payerEmail: ['input', 'payerEmail'],
    },
  }
  const send = (): Promise<Order> => context.upstream.orderActions.createFromPreorder(pick, context.scope)
  return create(send, facts, STATE_KINDS, context)
}

interface OneOrder {
  readonly input: { readonly id: string }
}

export function cancelOrder(args: OneOrder, context: GatewayContext): Promise<Order | StateRefusal> {
  return act('cancel', args, context)
}

export function acceptOrder(args: OneOrder, context: GatewayContext): Promise<Order | StateRefusal> {
  return act('accept', args, context)
}

export function resendOrderCallback(args: OneOrder, context: GatewayContext): Promise<Order | StateRefusal> {
  return act('resendCallback', args, context)
}

/** A conflict is told with the status that the order has, where that can be read. */
async function act(
  action: 'cancel' | 'accept' | 'resendCallback',
  { input }: OneOrder,
  context: GatewayContext,
): Promise<Order | StateRefusal> {
  const id = localId('Order', input.id, 'input.id')
  const send = (): Promise<Order> => context.upstream.orderActions[action](id, context.scope)
  const result = await create(send, { subject: ['input', 'id'] }, STATE_KINDS, context)
  if (result.__typename !== 'StateConflict') return result
  return { ...result, currentStatus: await statusOf(id, context) }
}

async function statusOf(orderId: string, { loaders }: GatewayContext): Promise<string | null> {
  try {
    return (await loaders.order.load(orderId))?.statusText ?? null
  } catch {
    return null // The conflict is the answer, whatever becomes of this reading: its scope may be another.
  }
}

export interface PayOrderInput {
  readonly idempotencyKey: string
  readonly id: string
  readonly from: WithdrawFromInput
}

const PAY_KINDS = ['InvalidInput', 'InsufficientFunds', 'StateConflict'] as const

export async function payOrder(
  { input }: { input: PayOrderInput },
  context: GatewayContext,
): Promise<Order | Expected<(typeof PAY_KINDS)[number]> | NotMoved> {
  const id = localId('Order', input.id, 'input.id')
  const account = withdrawFrom(input.from)
  const from = 'accountId' in account ? account : { payCurrencyCode: account.currencyCode }
  const move: MoneyMove<Order, (typeof PAY_KINDS)[number]> = {
    mutation: 'payOrder',
    idempotencyKey: input.idempotencyKey,
    canonicalInput: { id, from },
    sought: { object: id, noted: { facts: { ...account } } },
    facts: {
      payCode: input.from.currency ?? undefined,
      subject: ['input', 'id'],
      paths: {
        accountId: ['input', 'from', 'accountId'],
        payCurrencyCode: ['input', 'from', 'currency'],
        currencyCode: ['input', 'from', 'currency'],
      },
    },
    kinds: PAY_KINDS,
    send: () => context.upstream.orderActions.pay(id, from, context.scope),
  }
  return moveMoney(move, context)
}
