// Exports: rows of a resource as a file, CSV or PDF, that is passed on while it comes.
import { misfit } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import type { Readable } from 'node:stream'
import type { CallScope } from './caller.ts'
import type { Download } from './download.ts'
import type { Drift } from './drift.ts'
import type { Endpoint, Scope } from './endpoint.ts'

/** That there is such a thing as an export is documented; everything else here is a guess (wallet 9.1), its scope among it. */
function row(what: string, path: string, scope: Scope): Omit<Endpoint, 'name' | 'encoding'> {
  return {
    does: `exports ${what} as CSV or PDF, oldest first`,
    method: 'GET',
    path,
    scope,
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  }
}

export const exportEndpoints = defineEndpoints('exports', {
  accountTransactions: row(
    'the transactions of an account',
    '/exports/account-transactions',
    'account-transaction:read',
  ),
  exchanges: row('the exchanges', '/exports/exchanges', 'exchange:read'),
  deposits: row('the fiat deposits', '/exports/deposits', 'deposit:read'),
  cryptoDeposits: row('the crypto deposits', '/exports/crypto-deposits', 'deposit-crypto:read'),
  cryptoWithdrawals: row('the crypto withdrawals', '/exports/withdrawals', 'withdraw-crypto:read'),
  bankWithdrawals: row('the bank withdrawals', '/exports/withdrawals', 'withdraw-bank:read'),
  eWalletWithdrawals: row('the e-wallet withdrawals', '/exports/withdrawals', 'withdraw-e-wallet:read'),
  voucherWithdrawals: row('the voucher withdrawals', '/exports/withdrawals', 'withdraw-voucher:read'),
  withdrawalsWithExchange: row('the withdrawals with exchange', '/exports/withdrawals', 'withdraw-with-exchange:read'),
  merchantOrders: row('the orders of a project', '/exports/merchant-orders', 'merchants-orders:read'),
  merchantTransactions: row(
    'the merchant transactions of a project',
    '/exports/merchant-transactions',
    'merchants-transactions:read',
  ),
})

export type ExportEndpoint = keyof typeof exportEndpoints
export type ExportFormat = 'CSV' | 'PDF'

/** What is asked for: of which endpoint, in which format, with which query besides. */
export interface ExportRequest {
  readonly endpoint: ExportEndpoint
  readonly format: ExportFormat
  readonly query: Readonly<Record<string, string>>
}

export interface ExportFile {
  readonly contentType: string
  /** In bytes, where the upstream tells it. */
  readonly contentLength: string | undefined
  /** To be read to its end or destroyed. */
  readonly body: Readable
}

export interface Exports {
  /** Opens an export: the file as it comes, of the type that was asked for. */
  open(request: ExportRequest, scope: CallScope): Promise<ExportFile>
  /** As which type a format is given. */
  contentTypeOf(format: ExportFormat): string
}

/** With which types each format may come, and as which it goes on: never as one that a browser would run. */
const CONTENT_TYPES: Readonly<Record<ExportFormat, { readonly sent: RegExp; readonly given: string }>> = {
  CSV: { sent: /^(text\/(csv|plain)|application\/(csv|octet-stream))\b/i, given: 'text/csv; charset=utf-8' },
  PDF: { sent: /^application\/(pdf|octet-stream)\b/i, given: 'application/pdf' },
}

export function createExports(download: Download, endpoints: typeof exportEndpoints, drift: Drift): Exports {
  return {
    async open({ endpoint, format, query }, scope) {
      const { sent, given } = CONTENT_TYPES[format]
      const answer = await download(endpoints[endpoint], { query: { ...query, format } }, scope)
      if (!sent.test(answer.contentType)) {
        answer.body.destroy()
        throw misfit(drift.of(endpoints[endpoint].name), 'body', `is no ${format}`)
      }
      return { contentType: given, contentLength: answer.contentLength, body: answer.body }
    },
    contentTypeOf: (format) => CONTENT_TYPES[format].given,
  }
}
