// The schema, whole: each noun's file declares its types and root fields when it is imported.
import './accounts.ts'
import './currencies.ts'
import './exchange-pairs.ts'
import './exchanges.ts'
import './operations.ts'
import './orders.ts'
import './projects.ts'
import './rates.ts'
import './scalars.ts'
import './transactions.ts'
import './viewer.ts'
import './withdrawals.ts'
import { builder } from './builder.ts'
import { refuseRoots } from './checks.ts'
import { describeNeeds } from './needs.ts'

builder.queryType({ description: 'What can be read.' })
builder.mutationType({ description: 'What can be done. One money-moving field in an operation, no more.' })
builder.subscriptionType({ description: 'What can be watched: the first value at once, then each change.' })

export const schema = refuseRoots(describeNeeds(builder.toSchema({ sortSchema: false })))
