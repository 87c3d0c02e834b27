// Addresses that the caller's crypto arrives at.
import { createDepositAddress, depositAddresses } from '../resolvers/deposit-addresses.ts'
import { builder } from './builder.ts'
import { InvalidInput } from './errors.ts'
import { needs } from './needs.ts'
import { globalId } from './nodes.ts'
import { Account, DepositAddress } from './objects.ts'
import { ANY_ACCOUNT } from './shared-calls.ts'
import { sized, WHOLE_LIST } from './sizes.ts'
import type { Scope } from '../upstream/endpoint.ts'

/** Either of them may do: the documentation names both. */
export const ADDRESS_SCOPES: readonly Scope[] = ['deposit-crypto-address:read', 'deposit:read']

DepositAddress.implement({
  description: "An address that the caller's crypto arrives at.",
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "DepositAddress:e0a1c2d3". Not for `node`: an address is found in its list.',
      resolve: ({ id }) => globalId('DepositAddress', id),
    }),
    address: t.exposeString('address', { nullable: false, description: 'Where to send to.' }),
    memo: t.exposeString('memo', {
      nullable: true,
      description: 'The memo or tag without which what is sent is not found.',
    }),
    currencyCode: t.expose('currencyCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency that it takes; what is sent in another one may be lost.',
    }),
    network: t.exposeString('network', { nullable: true, description: 'The code of the chain that it takes it over.' }),
    account: t.field({
      type: Account,
      nullable: true,
      description: 'The account that it belongs to; null where SpectroCoin does not say.',
      extensions: needs('account:read', ANY_ACCOUNT),
      resolve: ({ accountId }, _args, { loaders }) => (accountId === null ? null : loaders.account.load(accountId)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was made.' }),
  }),
})

const CreateDepositAddressInput = builder.inputType('CreateDepositAddressInput', {
  description: 'An address to make.',
  fields: (t) => ({
    currency: t.field({ type: 'CurrencyCode', required: true, description: 'The currency that is to arrive.' }),
    network: t.string({ description: 'The code of the chain, where the currency has several.' }),
  }),
})

const CreateDepositAddressResult = builder.unionType('CreateDepositAddressResult', {
  description: 'The address, or why there is none.',
  types: [DepositAddress, InvalidInput],
  resolveType: ({ __typename }) => __typename,
})

builder.queryField('depositAddresses', (t) =>
  t.field({
    type: [DepositAddress],
    nullable: { list: true, items: false },
    description: 'The addresses that crypto of the caller arrives at.',
    args: {
      currency: t.arg({ type: 'CurrencyCode', description: 'Only those of this currency.' }),
      network: t.arg.string({ description: 'Only those of the chain with this code.' }),
    },
    extensions: { ...needs(ADDRESS_SCOPES), ...sized(WHOLE_LIST) },
    resolve: (_root, args, context) => depositAddresses(args, context),
  }),
)

builder.mutationField('createDepositAddress', (t) =>
  t.field({
    type: CreateDepositAddressResult,
    nullable: true,
    description: 'Makes a new deposit address, at each call another one.',
    args: { input: t.arg({ type: CreateDepositAddressInput, required: true, description: 'Which address.' }) },
    extensions: needs('deposit-crypto-address:create'),
    resolve: (_root, args, context) => createDepositAddress(args, context),
  }),
)
