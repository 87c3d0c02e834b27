// Addresses that the caller's crypto arrives at: those that there are, those of an account, and new ones.
import { create } from './creations.ts'
import { checkedText } from './texts.ts'
import type { GatewayContext } from '../context.ts'
import type { Account } from '../upstream/accounts.ts'
import type { DepositAddress } from '../upstream/deposit-addresses.ts'
import type { InvalidInput } from './results.ts'

interface OfNetwork {
  readonly network?: string | null | undefined
}

export async function depositAddresses(
  args: OfNetwork & { readonly currency?: string | null | undefined },
  { upstream, scope }: GatewayContext,
): Promise<readonly DepositAddress[]> {
  const query = { currencyCode: args.currency ?? undefined, network: checkedText(args.network, 'network') }
  return (await upstream.depositAddresses.list(query, scope)).rows
}

export function accountAddresses(
  { id, currencyCode }: Account,
  { network }: OfNetwork,
  { loaders }: GatewayContext,
): readonly DepositAddress[] | Promise<readonly DepositAddress[]> {
  return loaders.depositAddresses.load({ accountId: id, currencyCode, network: network ?? undefined })
}

/** What the addresses of an account refuse before the account is read. */
export function checkNetwork({ network }: OfNetwork): void {
  checkedText(network, 'network')
}

export async function createDepositAddress(
  { input }: { input: OfNetwork & { readonly currency: string } },
  context: GatewayContext,
): Promise<DepositAddress | InvalidInput> {
  const network = checkedText(input.network, 'input.network')
  const paths = { currencyCode: ['input', 'currency'], networkCode: ['input', 'network'] }
  const send = (): Promise<DepositAddress> =>
    context.upstream.depositAddresses.create(input.currency, network, context.scope)
  return create(send, { paths }, [], context)
}
