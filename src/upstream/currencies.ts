// Currencies: public reference data, the same for everybody.
import { amount, count, flag, listOf, may, must, readOnce, text, word } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'

export const currencyEndpoints = defineEndpoints('currencies', {
  list: {
    does: 'lists the currencies',
    method: 'GET',
    path: '/currencies',
    scope: null,
    safety: 'read',
    keep: { forMs: 5 * 60_000, staleMs: 24 * 3_600_000 },
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export const CURRENCY_KINDS = ['FIAT', 'CRYPTO'] as const

export interface Network {
  readonly code: string
  readonly name: string
  /** null: not said, which is not no. */
  readonly memoRequired: boolean | null
  readonly confirmations: number | null
  readonly minDepositAmount: Decimal | null
}

export interface Currency {
  readonly __typename: 'Currency'
  readonly code: string
  readonly name: string
  readonly symbol: string | null
  readonly kind: (typeof CURRENCY_KINDS)[number] | 'UNRECOGNIZED'
  /** Places behind the point. */
  readonly scale: number
  readonly enabled: boolean | null
  readonly depositEnabled: boolean | null
  readonly withdrawalEnabled: boolean | null
  readonly exchangeEnabled: boolean | null
  readonly networks: readonly Network[]
}

export interface Currencies {
  /** All of them by code, in the upstream's order. */
  list(scope: CallScope): Promise<ReadonlyMap<string, Currency>>
}

export function createCurrencies(call: Call, endpoints: typeof currencyEndpoints): Currencies {
  const decode = readOnce(
    (reply) => new Map(decodeList(reply, 'currencies', decodeCurrency).rows.map((each) => [each.code, each])),
  )
  return {
    list: async (scope) => decode(await call(endpoints.list, {}, scope, decode)),
  }
}

const kind = word(CURRENCY_KINDS)

function decodeCurrency(from: Source): Currency {
  const code = must(from, text, 'code', 'currencyCode')
  return {
    __typename: 'Currency',
    code,
    name: may(from, text, 'name', 'currencyName') ?? code,
    symbol: may(from, text, 'symbol', 'currencySymbol'),
    kind: must(from, kind, 'type', 'currencyType'),
    scale: must(from, count, 'scale'),
    enabled: may(from, flag, 'enabled'),
    depositEnabled: may(from, flag, 'depositEnabled'),
    withdrawalEnabled: may(from, flag, 'withdrawalEnabled'),
    exchangeEnabled: may(from, flag, 'exchangeEnabled'),
    networks: listOf(from, 'networks', decodeNetwork),
  }
}

function decodeNetwork(from: Source): Network {
  const code = must(from, text, 'code', 'networkCode')
  return {
    code,
    name: may(from, text, 'name') ?? code,
    memoRequired: may(from, flag, 'memoRequired'),
    confirmations: may(from, count, 'confirmations'),
    minDepositAmount: may(from, amount, 'minDepositAmount'),
  }
}
