// Addresses that the caller's crypto arrives at.
import { id, may, must, source, text, time } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList } from './pages.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { Page } from './pages.ts'

export const depositAddressEndpoints = defineEndpoints('depositAddresses', {
  list: {
    does: 'lists the deposit addresses (deposit:read may do as well)',
    method: 'GET',
    path: '/deposits/crypto/addresses',
    scope: 'deposit-crypto-address:read',
    orScope: 'deposit:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  create: {
    does: 'makes a new deposit address, at each call another one',
    method: 'POST',
    path: '/deposits/crypto/addresses',
    scope: 'deposit-crypto-address:create',
    safety: 'creates',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export interface DepositAddress {
  readonly __typename: 'DepositAddress'
  readonly id: string
  readonly address: string
  readonly memo: string | null
  readonly currencyCode: string
  readonly network: string | null
  readonly accountId: string | null
  readonly createdAt: Date | null
}

/** Which addresses: those of everything that is named. */
export interface AddressQuery {
  readonly currencyCode?: string | undefined
  readonly network?: string | undefined
  readonly accountId?: string | undefined
}

export interface DepositAddresses {
  /** The upstream does not page them, and `total` tells where it should have. */
  list(query: AddressQuery, scope: CallScope): Promise<Page<DepositAddress>>
  create(currencyCode: string, network: string | undefined, scope: CallScope): Promise<DepositAddress>
}

export function createDepositAddresses(call: Call, endpoints: typeof depositAddressEndpoints): DepositAddresses {
  return {
    async list({ currencyCode, network, accountId }, scope) {
      const query = { currencyCode, networkCode: network, accountId }
      return decodeList(await call(endpoints.list, { query }, scope), 'addresses', decodeAddress)
    },
    async create(currencyCode, network, scope) {
      const body = { currencyCode, networkCode: network }
      return decodeAddress(source(await call(endpoints.create, { body }, scope), 'address'))
    },
  }
}

/** Under its name here, in orders, and in the older API (wallet 7.5). */
function decodeAddress(from: Source): DepositAddress {
  return {
    __typename: 'DepositAddress',
    id: must(from, id, 'addressId', 'id'),
    address: must(from, text, 'address', 'depositAddress', 'cryptoAddress'),
    memo: may(from, text, 'memo', 'message'),
    currencyCode: must(from, text, 'currencyCode', 'currency'),
    network: may(from, text, 'networkCode'),
    accountId: may(from, id, 'accountId'),
    createdAt: may(from, time, 'createdAt'),
  }
}
