// Deposits of crypto: what has come in over a chain.
import { readHistory } from './connections.ts'
import { plainFilter } from './filters.ts'
import { localId } from './ids.ts'
import type { GatewayContext } from '../context.ts'
import type { CryptoDeposit, CryptoDepositFilter } from '../upstream/crypto-deposits.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { Given } from './filters.ts'

export function cryptoDeposit(
  args: { id: string },
  { loaders }: GatewayContext,
): CryptoDeposit | null | Promise<CryptoDeposit | null> {
  return loaders.cryptoDeposit.load(localId('CryptoDeposit', args.id, 'id'))
}

export function cryptoDeposits(
  args: PageArguments & { readonly filter?: Given<CryptoDepositFilter> },
  { upstream, scope }: GatewayContext,
): Promise<Connection<CryptoDeposit> | null> {
  const filter = plainFilter(args.filter)
  return readHistory(['crypto-deposits'], args, filter, (page, size) =>
    upstream.cryptoDeposits.list(filter, page, size, scope),
  )
}
