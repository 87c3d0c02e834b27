// Withdrawals of all kinds, as they are read: one by its id, the history of a kind, and what is only known to be some withdrawal.
import { badInput, GatewayError } from '../errors.ts'
import { readHistory } from './connections.ts'
import { plainFilter } from './filters.ts'
import { parseGlobalId } from './ids.ts'
import type { GatewayContext } from '../context.ts'
import type { CallScope } from '../upstream/caller.ts'
import type { Loaders } from '../upstream/loaders.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { Withdrawal, WithdrawalFilter, WithdrawalKind } from '../upstream/withdrawals.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { Given } from './filters.ts'

type WithdrawalType = Withdrawal['__typename']

/** Each kind: its type, its calls in the upstream, and its loader. */
const KINDS = {
  CRYPTO: { type: 'CryptoWithdrawal', calls: 'cryptoWithdrawals', loader: 'cryptoWithdrawal' },
  BANK: { type: 'BankWithdrawal', calls: 'bankWithdrawals', loader: 'bankWithdrawal' },
  E_WALLET: { type: 'EWalletWithdrawal', calls: 'eWalletWithdrawals', loader: 'eWalletWithdrawal' },
  VOUCHER: { type: 'VoucherWithdrawal', calls: 'voucherWithdrawals', loader: 'voucherWithdrawal' },
  WITH_EXCHANGE: {
    type: 'WithdrawalWithExchange',
    calls: 'withdrawalsWithExchange',
    loader: 'withdrawalWithExchange',
  },
} as const satisfies Record<WithdrawalKind, { type: WithdrawalType; calls: keyof Upstream; loader: keyof Loaders }>

const KIND_OF = Object.fromEntries(Object.entries(KINDS).map(([kind, { type }]) => [type, kind])) as {
  readonly [T in WithdrawalType]: WithdrawalKind
}

function isWithdrawalType(type: string): type is WithdrawalType {
  return Object.hasOwn(KIND_OF, type)
}

export function withdrawalKind({ __typename }: { readonly __typename: WithdrawalType }): WithdrawalKind {
  return KIND_OF[__typename]
}

/** Reads it anew, past the loaders: for who polls. */
export function readWithdrawal(
  type: WithdrawalType,
  id: string,
  upstream: Upstream,
  scope: CallScope,
): Promise<Withdrawal | null> {
  return upstream[KINDS[KIND_OF[type]].calls].read(id, scope)
}

function loadWithdrawal(
  kind: WithdrawalKind,
  id: string,
  { loaders }: GatewayContext,
): Withdrawal | null | Promise<Withdrawal | null> {
  return loaders[KINDS[kind].loader].load(id)
}

/** Any kind of withdrawal: the type in the id says which. */
export function withdrawal(
  args: { id: string },
  context: GatewayContext,
): Withdrawal | null | Promise<Withdrawal | null> {
  const { type, id } = withdrawalId(args.id, 'id')
  return loadWithdrawal(KIND_OF[type], id, context)
}

/** Takes the global id of a withdrawal of whatever kind apart. */
export function withdrawalId(globalId: string, argument: string): { type: WithdrawalType; id: string } {
  const { type, id } = parseGlobalId(globalId, argument)
  if (!isWithdrawalType(type)) throw badInput(argument, `${argument} must be the id of a withdrawal.`)
  return { type, id }
}

export function withdrawals(
  args: PageArguments & { readonly kind: WithdrawalKind; readonly filter?: Given<WithdrawalFilter> },
  { upstream, scope }: GatewayContext,
): Promise<Connection<Withdrawal> | null> {
  const filter = plainFilter(args.filter)
  const { calls } = KINDS[args.kind]
  return readHistory<Withdrawal>(['withdrawals', args.kind], args, filter, (page, size) =>
    upstream[calls].list(filter, page, size, scope),
  )
}

/**
 * The withdrawal with this id, of the first of these kinds that has one: a call for each kind until then. A kind that the credential may
 * not read is passed over, since another one may have it; where none has it, what was forbidden is told. Any other fault is told at once.
 */
export async function withdrawalOfSomeKind(
  id: string,
  kinds: readonly WithdrawalKind[],
  context: GatewayContext,
): Promise<Withdrawal | null> {
  let forbidden: GatewayError | undefined
  for (const kind of kinds) {
    try {
      const found = await loadWithdrawal(kind, id, context)
      if (found) return found
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'FORBIDDEN') throw error
      forbidden ??= error
    }
  }
  if (forbidden) throw forbidden
  return null
}
