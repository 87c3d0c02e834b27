// Purchases of gift cards: starting one, paying for it, and the cards that were bought.
import { badInput } from '../errors.ts'
import { readHistory } from './connections.ts'
import { create } from './creations.ts'
import { localId } from './ids.ts'
import { moveMoney, positive } from './money.ts'
import { accountOf, withdrawFrom } from './withdraw-from.ts'
import type { GatewayContext } from '../context.ts'
import type { Decimal } from '../decimal.ts'
import type { GiftCardCode, GiftCardPurchase, GiftCardPurchaseWithCards } from '../upstream/gift-card-purchases.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { NotMoved } from './money.ts'
import type { Expected } from './results.ts'
import type { WithdrawFromInput } from './withdraw-from.ts'

export function giftCardPurchase(
  args: { id: string },
  { loaders }: GatewayContext,
): GiftCardPurchase | null | Promise<GiftCardPurchase | null> {
  return loaders.giftCardPurchase.load(localId('GiftCardPurchase', args.id, 'id'))
}

export function giftCardPurchases(
  args: PageArguments,
  { upstream, scope }: GatewayContext,
): Promise<Connection<GiftCardPurchase> | null> {
  return readHistory(['gift-card-purchases'], args, {}, (page, size) =>
    upstream.giftCardPurchases.list(page, size, scope),
  )
}

/** What a mutation gave holds no cards: they are read, by somebody who may. */
export async function purchasedCards(
  purchase: GiftCardPurchase | GiftCardPurchaseWithCards,
  { loaders }: GatewayContext,
): Promise<readonly GiftCardCode[] | null> {
  if ('cards' in purchase) return purchase.cards
  return (await loaders.giftCardPurchase.load(purchase.id))?.cards ?? null
}

export interface CreateGiftCardPurchaseInput {
  readonly giftCardId: string
  readonly amount: { readonly amount: Decimal; readonly currency: string }
  readonly quantity: number
  readonly payCode: string
}

const MOST_CARDS = 100

export async function createGiftCardPurchase(
  { input }: { input: CreateGiftCardPurchaseInput },
  context: GatewayContext,
): Promise<GiftCardPurchase | Expected<'AmountOutOfRange'>> {
  const { quantity, payCode } = input
  const request = {
    giftCardId: localId('GiftCard', input.giftCardId, 'input.giftCardId'),
    amount: positive(input.amount.amount, 'input.amount.amount'),
    currencyCode: input.amount.currency,
    quantity,
    payCode,
  }
  if (quantity < 1 || quantity > MOST_CARDS)
    throw badInput('input.quantity', `input.quantity must be from 1 to ${MOST_CARDS}.`)
  const paths = {
    productId: ['input', 'giftCardId'],
    amount: ['input', 'amount', 'amount'],
    currencyCode: ['input', 'amount', 'currency'],
    quantity: ['input', 'quantity'],
    payCurrencyCode: ['input', 'payCode'],
  }
  const send = (): Promise<GiftCardPurchase> => context.upstream.giftCardPurchases.create(request, context.scope)
  return create(send, { paths }, ['AmountOutOfRange'], context)
}

export interface PayGiftCardPurchaseInput {
  readonly idempotencyKey: string
  readonly id: string
  readonly from: WithdrawFromInput
}

const KINDS = ['InvalidInput', 'InsufficientFunds', 'StateConflict'] as const

export function payGiftCardPurchase(
  { input }: { input: PayGiftCardPurchaseInput },
  context: GatewayContext,
): Promise<GiftCardPurchase | Expected<(typeof KINDS)[number]> | NotMoved> {
  const purchaseId = localId('GiftCardPurchase', input.id, 'input.id')
  const from = withdrawFrom(input.from)
  // Found by the check, which runs before anything is sent.
  let accountId = ''
  return moveMoney(
    {
      mutation: 'payGiftCardPurchase',
      idempotencyKey: input.idempotencyKey,
      canonicalInput: { purchaseId, from },
      sought: { object: purchaseId, noted: { facts: { ...from } } },
      facts: {
        payCode: input.from.currency ?? undefined,
        subject: ['input', 'id'],
        paths: { accountId: ['input', 'from', 'accountId' in from ? 'accountId' : 'currency'] },
      },
      kinds: KINDS,
      check: async () => {
        const account = await accountOf(from, context)
        if ('__typename' in account) return account
        accountId = account.accountId
        return undefined
      },
      send: () => context.upstream.giftCardPurchases.pay(purchaseId, accountId, context.scope),
    },
    context,
  )
}
