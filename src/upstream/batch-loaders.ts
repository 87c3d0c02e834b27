// Loaders that read several things by one call where several are wanted.
import DataLoader from 'dataloader'
import type { Account } from './accounts.ts'
import type { CallScope } from './caller.ts'
import type { DepositAddress } from './deposit-addresses.ts'
import type { AddressKey, Loader } from './loaders.ts'
import type { Upstream } from './upstream.ts'

export type AccountList = (() => ReturnType<Upstream['accounts']['list']>) & { started(): boolean }

/**
 * One account is one call; several are the one call that lists them all, and so is a single one where the list was read anyway, or one was
 * read before: of accounts that are wanted one after the other, the second is not the last. A list that says that it is not whole is not
 * believed about what it lacks.
 */
export function accountLoader(upstream: Upstream, scope: CallScope, list: AccountList): Loader<string, Account | null> {
  let alone = false
  return new DataLoader<string, Account | null>(async (ids) => {
    const read = (id: string): Promise<Account | null | Error> => upstream.accounts.read(id, scope).catch(asError)
    if (ids.length === 1 && !alone && !list.started()) {
      alone = true
      return Promise.all(ids.map(read))
    }
    const { rows, total } = await list()
    const byId = new Map(rows.map((account) => [account.id, account]))
    const whole = total === null || total <= rows.length
    return Promise.all(ids.map(async (id) => byId.get(id) ?? (whole ? null : read(id))))
  })
}

/**
 * The addresses of one account are one call; those of several the one that lists the addresses of all (of a chain), at once or one after
 * the other. Here too a list that says that it is not whole is not believed.
 */
export function addressLoader(upstream: Upstream, scope: CallScope): Loader<AddressKey, readonly DepositAddress[]> {
  const { list } = upstream.depositAddresses
  const alone = new Set<string | undefined>()
  const wholes = new Map<string | undefined, ReturnType<typeof list>>()
  const read = async (
    key: AddressKey,
    whole: ReturnType<typeof list> | undefined,
  ): Promise<readonly DepositAddress[]> => {
    const found = await whole
    const usable = found && (found.total === null || found.total <= found.rows.length)
    const { rows } = usable ? found : await list({ accountId: key.accountId, network: key.network }, scope)
    return rows.filter((each) => belongs(each, key))
  }
  return new DataLoader<AddressKey, readonly DepositAddress[], string>(
    (keys) => {
      for (const [network, alike] of Map.groupBy(keys, (key) => key.network)) {
        if (wholes.has(network)) continue
        if (alike.length === 1 && !alone.has(network)) alone.add(network)
        else wholes.set(network, list({ network }, scope))
      }
      return Promise.all(keys.map((key) => read(key, wholes.get(key.network)).catch(asError)))
    },
    { cacheKeyFn: ({ accountId, network }) => JSON.stringify([accountId, network]) },
  )
}

/** Whose an address is says its account or, where the upstream does not say that, its currency. */
function belongs(address: DepositAddress, { accountId, currencyCode }: AddressKey): boolean {
  return address.accountId === null ? address.currencyCode === currencyCode : address.accountId === accountId
}

/** What DataLoader makes one key's failure of, and nobody else's. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('not an error', { cause: error })
}
