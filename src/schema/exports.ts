// Exports: files of rows, by a link.
import { createExport } from '../resolvers/exports.ts'
import { builder } from './builder.ts'
import { InvalidInput } from './errors.ts'
import { needs } from './needs.ts'
import { WITHDRAWAL_SCOPES, WithdrawalKind } from './withdrawals.ts'
import type { Export as ExportShape } from '../resolvers/exports.ts'

const ExportResource = builder.enumType('ExportResource', {
  description: 'Which rows an export holds.',
  values: {
    ACCOUNT_TRANSACTIONS: {
      description: 'The transactions of an account: `accountId`. Scope: `account-transaction:read`.',
    },
    EXCHANGES: { description: 'Exchanges. Scope: `exchange:read`.' },
    DEPOSITS: { description: 'Fiat deposits. Scope: `deposit:read`.' },
    CRYPTO_DEPOSITS: { description: 'Crypto deposits. Scope: `deposit-crypto:read`.' },
    WITHDRAWALS: { description: 'Withdrawals of one kind: `kind`. The scope is that of the kind.' },
    MERCHANT_ORDERS: { description: 'The orders of a project: `projectId`. Scope: `merchants-orders:read`.' },
    MERCHANT_TRANSACTIONS: {
      description: 'The merchant transactions of a project: `projectId`. Scope: `merchants-transactions:read`.',
    },
  } as const,
})

const ExportFormat = builder.enumType('ExportFormat', {
  description: 'What sort of file.',
  values: {
    CSV: { description: 'RFC 4180, a header row of field names, oldest row first.' },
    PDF: { description: 'For people.' },
  } as const,
})

const CreateExportInput = builder.inputType('CreateExportInput', {
  description: 'Which rows of which time, as which file.',
  fields: (t) => ({
    resource: t.field({ type: ExportResource, required: true, description: 'Which rows.' }),
    format: t.field({ type: ExportFormat, required: true, description: 'As which file.' }),
    from: t.field({ type: 'DateTime', required: true, description: 'Not before this instant.' }),
    to: t.field({
      type: 'DateTime',
      required: true,
      description: 'Before this instant, at most 366 days after `from`.',
    }),
    accountId: t.id({ description: 'The id of an Account, for ACCOUNT_TRANSACTIONS alone.' }),
    projectId: t.id({ description: 'The id of a Project, for MERCHANT_ORDERS and MERCHANT_TRANSACTIONS alone.' }),
    kind: t.field({ type: WithdrawalKind, description: 'Which kind, for WITHDRAWALS alone.' }),
  }),
})

const Export = builder.objectRef<ExportShape>('Export').implement({
  description: 'A link to a file. Whoever has the link has the file for as long as it is good.',
  fields: (t) => ({
    url: t.exposeString('url', {
      nullable: false,
      description:
        'GET it, as often as it takes: the gateway fetches the file then, with the rights of the caller who made the link.',
    }),
    fileName: t.exposeString('fileName', {
      nullable: false,
      description: 'Under which name it is given, e.g. "exchanges-2026-01-01-2026-02-01.csv".',
    }),
    contentType: t.exposeString('contentType', { nullable: false, description: 'As which media type it is given.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: false,
      description: 'From when on the link is refused: five minutes after it was made.',
    }),
  }),
})

const CreateExportResult = builder.unionType('CreateExportResult', {
  description: 'A link to the file, or why there is none.',
  types: [Export, InvalidInput],
  resolveType: ({ __typename }) => __typename,
})

builder.mutationField('createExport', (t) =>
  t.field({
    type: CreateExportResult,
    nullable: true,
    description:
      'Makes a link to a file of rows, good for five minutes. One row is read to find out whether the caller may have them. The scope is that ' +
      'of the resource.',
    args: { input: t.arg({ type: CreateExportInput, required: true, description: 'Which file.' }) },
    extensions: needs([
      'account-transaction:read',
      'exchange:read',
      'deposit:read',
      'deposit-crypto:read',
      ...WITHDRAWAL_SCOPES,
      'merchants-orders:read',
      'merchants-transactions:read',
    ]),
    resolve: (_root, args, context) => createExport(args, context),
  }),
)
