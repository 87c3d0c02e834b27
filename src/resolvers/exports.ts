// Exports: a link to a file of rows, which the gateway fetches when the link is followed.
import { badInput } from '../errors.ts'
import { localId } from './ids.ts'
import { unknownInput } from './results.ts'
import type { GatewayContext } from '../context.ts'
import type { CallScope } from '../upstream/caller.ts'
import type { ExportEndpoint, ExportFormat } from '../upstream/exports.ts'
import type { Page, Period } from '../upstream/pages.ts'
import type { WithdrawalKind } from '../upstream/withdrawals.ts'
import type { InvalidInput } from './results.ts'

export type ExportResource =
  | 'ACCOUNT_TRANSACTIONS'
  | 'EXCHANGES'
  | 'DEPOSITS'
  | 'CRYPTO_DEPOSITS'
  | 'WITHDRAWALS'
  | 'MERCHANT_ORDERS'
  | 'MERCHANT_TRANSACTIONS'

export interface CreateExportInput {
  readonly resource: ExportResource
  readonly format: ExportFormat
  readonly from: Date
  readonly to: Date
  readonly accountId?: string | null | undefined
  readonly projectId?: string | null | undefined
  readonly kind?: WithdrawalKind | null | undefined
}

export interface Export {
  readonly __typename: 'Export'
  readonly url: string
  readonly fileName: string
  readonly contentType: string
  readonly expiresAt: Date
}

/** Makes a link, once the shortest of reads has shown that the caller may have the rows and that there is what they are rows of. */
export async function createExport(
  { input }: { input: CreateExportInput },
  context: GatewayContext,
): Promise<Export | InvalidInput> {
  const { format, from, to } = input
  if (to <= from) throw badInput('input.to', 'input.to must be after input.from.')
  if (to.getTime() - from.getTime() > LONGEST_MS)
    throw badInput('input.to', 'input.to must be at most 366 days after input.from.')
  const source = SOURCES[sourceName(input)]
  const owner = ownerOf(input, source.owner)
  const { upstream, caller, scope, exports } = context
  if ((await source.probe(upstream, { from, to }, owner, scope)) === null)
    return unknownInput(source.owner ? ['input', source.owner] : ['input'])
  const query = {
    ...source.query,
    ...(source.owner && { [source.owner]: owner }),
    dateFrom: from.toISOString(),
    dateTo: to.toISOString(),
  }
  const fileName = `${source.name}-${day(from)}-${day(to)}.${format.toLowerCase()}`
  const { path, expiresAt } = exports.sign({ caller, request: { endpoint: source.endpoint, format, query } }, fileName)
  return {
    __typename: 'Export',
    url: exports.origin() + path,
    fileName,
    contentType: upstream.exports.contentTypeOf(format),
    expiresAt,
  }
}

const LONGEST_MS = 366 * 24 * 60 * 60_000

type Owner = 'accountId' | 'projectId'
type SourceName = Exclude<ExportResource, 'WITHDRAWALS'> | WithdrawalKind

interface ExportSource {
  readonly endpoint: ExportEndpoint
  readonly name: string
  /** The input that names whose rows they are; the upstream's word for it is the same. */
  readonly owner?: Owner
  readonly query?: Readonly<Record<string, string>>
  /** Reads one row; null where there is no such list. It takes the scope that the export takes. */
  readonly probe: (
    upstream: GatewayContext['upstream'],
    period: Period,
    owner: string,
    scope: CallScope,
  ) => Promise<Page<unknown> | null>
}

const SOURCES: { readonly [N in SourceName]: ExportSource } = {
  ACCOUNT_TRANSACTIONS: {
    endpoint: 'accountTransactions',
    name: 'account-transactions',
    owner: 'accountId',
    probe: (upstream, period, account, scope) => upstream.transactions.list(account, period, 1, 1, scope),
  },
  EXCHANGES: {
    endpoint: 'exchanges',
    name: 'exchanges',
    probe: (upstream, period, _, scope) => upstream.exchanges.list(period, 1, 1, scope),
  },
  DEPOSITS: {
    endpoint: 'deposits',
    name: 'deposits',
    probe: (upstream, period, _, scope) => upstream.deposits.list(period, 1, 1, scope),
  },
  CRYPTO_DEPOSITS: {
    endpoint: 'cryptoDeposits',
    name: 'crypto-deposits',
    probe: (upstream, period, _, scope) => upstream.cryptoDeposits.list(period, 1, 1, scope),
  },
  CRYPTO: withdrawals('CRYPTO', 'cryptoWithdrawals', 'crypto-withdrawals'),
  BANK: withdrawals('BANK', 'bankWithdrawals', 'bank-withdrawals'),
  E_WALLET: withdrawals('E_WALLET', 'eWalletWithdrawals', 'e-wallet-withdrawals'),
  VOUCHER: withdrawals('VOUCHER', 'voucherWithdrawals', 'voucher-withdrawals'),
  WITH_EXCHANGE: withdrawals('WITH_EXCHANGE', 'withdrawalsWithExchange', 'withdrawals-with-exchange'),
  MERCHANT_ORDERS: {
    endpoint: 'merchantOrders',
    name: 'merchant-orders',
    owner: 'projectId',
    probe: (upstream, period, project, scope) => upstream.orders.list(project, period, 1, 1, scope),
  },
  MERCHANT_TRANSACTIONS: {
    endpoint: 'merchantTransactions',
    name: 'merchant-transactions',
    owner: 'projectId',
    probe: (upstream, period, project, scope) => upstream.merchantTransactions.list(project, period, 1, 1, scope),
  },
}

/** A kind bears the same name among the exports and among the nouns. */
function withdrawals(
  kind: WithdrawalKind,
  endpoint: Extract<ExportEndpoint, `${string}ithdrawals${string}`>,
  name: string,
): ExportSource {
  return {
    endpoint,
    name,
    query: { type: kind },
    probe: (upstream, period, _, scope) => upstream[endpoint].list(period, 1, 1, scope),
  }
}

function sourceName({ resource, kind }: CreateExportInput): SourceName {
  if (resource !== 'WITHDRAWALS') {
    if (kind != null) throw badInput('input.kind', 'input.kind is for withdrawals alone.')
    return resource
  }
  if (kind == null)
    throw badInput('input.kind', 'input.kind must say which withdrawals: each kind has a scope of its own.')
  return kind
}

const OWNER_TYPES: Readonly<Record<Owner, string>> = { accountId: 'Account', projectId: 'Project' }

/** The upstream's own id of whose rows they are; empty where they are simply the caller's. */
function ownerOf(input: CreateExportInput, wanted: Owner | undefined): string {
  for (const name of ['accountId', 'projectId'] as const)
    if (name !== wanted && input[name] != null)
      throw badInput(`input.${name}`, `input.${name} does not go with ${input.resource}.`)
  if (wanted === undefined) return ''
  const id = input[wanted]
  if (id == null) throw badInput(`input.${wanted}`, `input.${wanted} must say whose ${input.resource} they are.`)
  return localId(OWNER_TYPES[wanted], id, `input.${wanted}`)
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}
