// Words that the upstream has learned since: UNRECOGNIZED with the word beside it, counted by place, and no failure.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { currency, exchange, order, page, project, transaction, walletRoutes, withdrawal } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

let upstream: FakeUpstream
let gateway: TestGateway
beforeEach(async () => {
  upstream = await startUpstream(walletRoutes)
  gateway = await startTestGateway(upstream.env)
})
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})

const NEW = 'TELEPORTED'

test('an unknown status or type is UNRECOGNIZED everywhere, its own word beside it, and is counted by its place', async () => {
  upstream.routes({
    'GET /accounts/{id}/transactions': {
      body: page(transaction({ type: NEW, status: NEW }), transaction({ transactionId: 'T2', status: NEW })),
    },
    'GET /exchanges': { body: page(exchange({ status: NEW })) },
    'GET /currencies': { body: [currency({ type: NEW })] },
    'GET /withdrawals/crypto': { body: page(withdrawal({ status: NEW })) },
    'GET /withdrawals/bank': { body: page(withdrawal({ status: NEW, type: 'BANK' })) },
    'GET /merchants/orders': {
      body: page(order({ status: NEW }), order({ id: 'O2', status: '99' }), order({ id: 'O3', status: '3' })),
    },
    'GET /merchants/projects': { body: page(project({ testStatus: NEW, callbackFormat: NEW })) },
    'GET /merchants/transactions': {
      body: page({ id: 'M1', projectId: 'J1', type: NEW, status: NEW, amount: 1, currencyCode: 'EUR' }),
    },
    'GET /merchants/callbacks': { body: page({ id: 'C1', projectId: 'J1', status: NEW, orderStatus: NEW }) },
    'GET /deposits': { body: page({ depositId: 'D1', status: NEW, amount: 1, currencyCode: 'EUR' }) },
    'GET /deposits/crypto': { body: page({ depositId: 'D1', status: NEW, amount: 1, currencyCode: 'BTC' }) },
    'GET /payment-methods': {
      body: [{ paymentMethodId: 'P1', type: NEW, name: 'New', direction: NEW, currencyCodes: ['EUR'], enabled: true }],
    },
    'GET /purchases/gift-cards': {
      body: page({ id: 'G1', productId: 'P1', status: NEW, quantity: 1, amount: 1, currencyCode: 'EUR' }),
    },
  })
  const { data, errors } = await gateway.ask(`{
    account(id: "Account:A1") { transactions { nodes { type status statusText } } }
    exchanges { nodes { status statusText } }
    currencies { kind }
    crypto: withdrawals(kind: CRYPTO) { nodes { status statusText } }
    bank: withdrawals(kind: BANK) { nodes { status statusText } }
    projects { nodes { testStatus callbackFormat orders { nodes { status statusText } } } }
    merchantTransactions(projectId: "Project:J1") { nodes { type status statusText } }
    merchantCallbacks(projectId: "Project:J1") { nodes { orderStatus orderStatusText status statusText } }
    deposits { nodes { status statusText } }
    cryptoDeposits { nodes { status statusText } }
    paymentMethods { type direction }
    giftCardPurchases { nodes { status statusText } }
  }`)
  expect(errors).toBeUndefined()
  const unknown = { status: 'UNRECOGNIZED', statusText: NEW }
  expect(data).toEqual({
    account: {
      transactions: {
        nodes: [
          { type: 'UNRECOGNIZED', ...unknown },
          { type: 'EXCHANGE', ...unknown },
        ],
      },
    },
    exchanges: { nodes: [unknown] },
    currencies: [{ kind: 'UNRECOGNIZED' }],
    crypto: { nodes: [unknown] },
    bank: { nodes: [unknown] },
    projects: {
      nodes: [
        {
          testStatus: 'UNRECOGNIZED',
          callbackFormat: 'UNRECOGNIZED',
          orders: {
            nodes: [unknown, { status: 'UNRECOGNIZED', statusText: '99' }, { status: 'PAID', statusText: '3' }],
          },
        },
      ],
    },
    merchantTransactions: { nodes: [{ type: 'UNRECOGNIZED', ...unknown }] },
    merchantCallbacks: { nodes: [{ orderStatus: 'UNRECOGNIZED', orderStatusText: NEW, ...unknown }] },
    deposits: { nodes: [unknown] },
    cryptoDeposits: { nodes: [unknown] },
    paymentMethods: [{ type: 'UNRECOGNIZED', direction: 'UNRECOGNIZED' }],
    giftCardPurchases: { nodes: [unknown] },
  })
  const met = gateway.gateway.drift().map(({ endpoint, kind, at, times }) => [`${kind} ${endpoint} ${at}`, times])
  expect(Object.fromEntries(met)).toEqual({
    'word transactions.list transactions[].type': 1,
    'word transactions.list transactions[].status': 2,
    'word exchanges.list exchanges[].status': 1,
    'word currencies.list currencies[].type': 1,
    'word cryptoWithdrawals.list withdrawals[].status': 1,
    'word bankWithdrawals.list withdrawals[].status': 1,
    'word projects.list projects[].testStatus': 1,
    'word projects.list projects[].callbackFormat': 1,
    'word orders.list orders[].status': 2,
    'word merchantTransactions.list transactions[].type': 1,
    'word merchantTransactions.list transactions[].status': 1,
    'word merchantCallbacks.list callbacks[].orderStatus': 1,
    'word merchantCallbacks.list callbacks[].status': 1,
    'word deposits.list deposits[].status': 1,
    'word cryptoDeposits.list deposits[].status': 1,
    'word paymentMethods.list paymentMethods[].type': 1,
    'word paymentMethods.list paymentMethods[].direction': 1,
    'word giftCardPurchases.list purchases[].status': 1,
  })
})

test('UNRECOGNIZED cannot be asked for', async () => {
  const { errors } = await gateway.ask('{ exchanges(filter: { status: UNRECOGNIZED }) { nodes { id } } }')
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'filter.status' } }])
})
