// Withdrawals: what leaves for an address outside, and what that costs.
import { canonical } from '../decimal.ts'
import { badInput } from '../errors.ts'
import { readConnection } from './connections.ts'
import { plainFilter } from './filters.ts'
import { parseGlobalId } from './ids.ts'
import { moveMoney, positive } from './money.ts'
import { expectedResult } from './results.ts'
import { withdrawFrom } from './withdraw-from.ts'
import type { GatewayContext } from '../context.ts'
import type { Decimal } from '../decimal.ts'
import type { CryptoWithdrawal, WithdrawalFee, WithdrawalFilter } from '../upstream/withdrawals.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { Given } from './filters.ts'
import type { MoneyMove, OutcomeUnknown } from './money.ts'
import type { Expected, IdempotencyConflict, QuoteMoved } from './results.ts'
import type { WithdrawFromInput } from './withdraw-from.ts'

/** Any kind of withdrawal: the type in the id says which. */
export function withdrawal(
  args: { id: string },
  { loaders }: GatewayContext,
): CryptoWithdrawal | null | Promise<CryptoWithdrawal | null> {
  const { type, id } = parseGlobalId(args.id, 'id')
  if (type === 'CryptoWithdrawal') return loaders.cryptoWithdrawal.load(id)
  throw badInput('id', 'id must be the id of a withdrawal.')
}

export function withdrawals(
  args: PageArguments & { readonly kind: 'CRYPTO'; readonly filter?: Given<WithdrawalFilter> },
  { upstream, scope }: GatewayContext,
): Promise<Connection<CryptoWithdrawal> | null> {
  const filter = plainFilter(args.filter)
  return readConnection(args, {
    read: (page, size) => upstream.withdrawals.listCrypto(filter, page, size, scope),
    idOf: ({ id }) => id,
    dateOf: ({ createdAt }) => createdAt,
    appendOnly: filter.status === undefined,
  })
}

export async function cryptoWithdrawalFee(
  args: { input: { currency: string; network?: string | null | undefined; amount?: Decimal | null | undefined } },
  { upstream, scope }: GatewayContext,
): Promise<WithdrawalFee | Expected<'AmountOutOfRange'>> {
  const { currency, network, amount } = args.input
  const query = {
    currency,
    network: network ?? undefined,
    amount: amount ? positive(amount, 'input.amount') : undefined,
  }
  try {
    return await upstream.withdrawals.cryptoFee(query, scope)
  } catch (error) {
    const paths = {
      currencyCode: ['input', 'currency'],
      networkCode: ['input', 'network'],
      amount: ['input', 'amount'],
    }
    return expectedResult(error, { payCode: currency, paths }, ['AmountOutOfRange'])
  }
}

export interface CreateCryptoWithdrawalInput {
  readonly idempotencyKey: string
  readonly from: WithdrawFromInput
  readonly amount: Decimal
  readonly feeIncluded: boolean
  readonly address: string
  readonly network?: string | null | undefined
  readonly memo?: string | null | undefined
  readonly description?: string | null | undefined
}

const KINDS = ['InvalidInput', 'InsufficientFunds', 'AmountOutOfRange', 'DestinationRejected'] as const

export function createCryptoWithdrawal(
  { input }: { input: CreateCryptoWithdrawalInput },
  context: GatewayContext,
): Promise<CryptoWithdrawal | Expected<(typeof KINDS)[number]> | QuoteMoved | IdempotencyConflict | OutcomeUnknown> {
  const request = {
    from: withdrawFrom(input.from),
    amount: positive(input.amount, 'input.amount'),
    feeIncluded: input.feeIncluded,
    address: checkedAddress(input.address),
    network: input.network ?? undefined,
    memo: input.memo ?? undefined,
    description: input.description ?? undefined,
  }
  const move: MoneyMove<CryptoWithdrawal, (typeof KINDS)[number]> = {
    mutation: 'createCryptoWithdrawal',
    idempotencyKey: input.idempotencyKey,
    canonicalInput: { ...request, amount: canonical(request.amount) },
    facts: {
      payCode: input.from.currency ?? undefined,
      paths: {
        accountId: ['input', 'from', 'accountId'],
        currencyCode: ['input', 'from', 'currency'],
        amount: ['input', 'amount'],
        address: ['input', 'address'],
        networkCode: ['input', 'network'],
        memo: ['input', 'memo'],
        description: ['input', 'description'],
      },
    },
    kinds: KINDS,
    send: (externalId) => context.upstream.withdrawals.createCrypto({ ...request, externalId }, context.scope),
  }
  return moveMoney(move, context)
}

/** Only what no chain could mean is refused here: no character of an address is white space or invisible. */
function checkedAddress(address: string): string {
  if (/^[\x21-\x7e]{1,128}$/.test(address)) return address
  throw badInput('input.address', 'input.address must be 1 to 128 visible characters without spaces.')
}
