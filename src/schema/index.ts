// The schema, whole: each noun's file declares its types and root fields when it is imported.
import './accounts.ts'
import './bank-withdrawals.ts'
import './crypto-deposits.ts'
import './crypto-withdrawals.ts'
import './currencies.ts'
import './deposit-addresses.ts'
import './deposits.ts'
import './e-wallet-withdrawals.ts'
import './exchange-pairs.ts'
import './exchanges.ts'
import './exports.ts'
import './gift-card-purchases.ts'
import './gift-cards.ts'
import './merchant-callbacks.ts'
import './merchant-transactions.ts'
import './operations.ts'
import './order-actions.ts'
import './orders.ts'
import './payment-methods.ts'
import './preorders.ts'
import './project-settings.ts'
import './projects.ts'
import './rates.ts'
import './scalars.ts'
import './transactions.ts'
import './updates.ts'
import './viewer.ts'
import './voucher-withdrawals.ts'
import './withdrawals.ts'
import './withdrawals-with-exchange.ts'
import { builder } from './builder.ts'
import { refuseRoots } from './checks.ts'
import { describeNeeds } from './needs.ts'
import { requireScopes } from './scopes.ts'

builder.queryType({ description: 'What can be read.' })
builder.mutationType({ description: 'What can be done. One money-moving field in an operation, no more.' })
builder.subscriptionType({ description: 'What can be watched: the first value at once, then each change.' })

const DESCRIPTION = `The SpectroCoin REST API as one graph.

Amounts are decimal strings with every digit; the field beside them says whose currency they are in. Ids are opaque: keep them, compare them,
send them back. What moves money takes an idempotency key and is sent at most once for it. Each field says which scope it takes and how many
calls to SpectroCoin it may cost.`

export const schema = refuseRoots(requireScopes(describeNeeds(builder.toSchema({ sortSchema: false }))))
schema.description = DESCRIPTION
