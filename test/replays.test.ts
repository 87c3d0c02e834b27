// An answer that is given again does not hold where money went or what it is spent with: whoever selects that has it read anew.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import {
  bankWithdrawal,
  eWalletWithdrawal,
  exchange,
  giftCardPurchase,
  order,
  voucherWithdrawal,
  walletRoutes,
  withdrawal,
  withdrawalWithExchange,
} from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

const ADDRESS = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
// Words of somebody else's, in which there may be anything.
const failureReason = `The address ${ADDRESS} is blocked.`
const memoed = withdrawal({ memo: '104729', transactionHash: '4f1c', failureReason })
const swift = bankWithdrawal({ iban: null, accountNumber: 'ACC-104729', bic: 'HABALT22', failureReason })
const paidOrder = order({
  status: 'PAID',
  memo: '104729',
  description: `For ${ADDRESS}`,
  redirectUrl: 'https://pay.example.com/O1',
})
const paidCards = giftCardPurchase({ status: 'PAID', cards: [{ code: 'CARD-1', pin: '0042' }] })

interface Case {
  readonly call: string
  readonly post: string
  readonly read: string
  readonly made: object
  /** What is not kept, and its values. */
  readonly withheld: string
  readonly values: object
  /** What is kept. */
  readonly kept: string
  /** Whether the first answer to the mutation holds it. */
  readonly isInFirst?: boolean
}

const CASES: Readonly<Record<string, Case>> = {
  CryptoWithdrawal: {
    call: `createCryptoWithdrawal(input: { idempotencyKey: "k", from: { currency: "BTC" }, amount: "0.01", address: "${ADDRESS}", memo: "104729" })`,
    post: 'POST /withdrawals/crypto',
    read: 'GET /withdrawals/crypto/W1',
    made: memoed,
    withheld: 'address memo transactionHash failureReason',
    values: { address: ADDRESS, memo: '104729', transactionHash: '4f1c', failureReason },
    kept: 'id withdrawAmount network createdAt',
  },
  BankWithdrawal: {
    call: `createBankWithdrawal(input: { idempotencyKey: "k", from: { currency: "EUR" }, amount: "250", type: SWIFT, beneficiaryName: "Harbour Books UAB", accountNumber: "ACC-104729", bic: "HABALT22", reference: "Payout 881" })`,
    post: 'POST /withdrawals/bank',
    read: 'GET /withdrawals/bank/B1',
    made: swift,
    withheld: 'beneficiaryName iban accountNumber bic reference failureReason',
    values: {
      beneficiaryName: 'Harbour Books UAB',
      iban: null,
      accountNumber: 'ACC-104729',
      bic: 'HABALT22',
      reference: 'Payout 881',
      failureReason,
    },
    kept: 'id withdrawAmount type createdAt',
  },
  EWalletWithdrawal: {
    call: 'createEWalletWithdrawal(input: { idempotencyKey: "k", from: { currency: "EUR" }, amount: "50", provider: "skrill", recipient: "reader@example.com" })',
    post: 'POST /withdrawals/e-wallet',
    read: 'GET /withdrawals/e-wallet/E1',
    made: eWalletWithdrawal({ failureReason }),
    withheld: 'recipient failureReason',
    values: { recipient: 'reader@example.com', failureReason },
    kept: 'id withdrawAmount provider createdAt',
  },
  VoucherWithdrawal: {
    call: 'createVoucherWithdrawal(input: { idempotencyKey: "k", from: { currency: "EUR" }, amount: "50", provider: "flexepin" })',
    post: 'POST /withdrawals/voucher',
    read: 'GET /withdrawals/voucher/V1',
    made: voucherWithdrawal({ failureReason }),
    withheld: 'voucherCode voucherPin expiresAt failureReason',
    values: { voucherCode: 'ABCD-1234', voucherPin: '0077', expiresAt: '2027-11-22T11:00:00.000Z', failureReason },
    kept: 'id withdrawAmount provider createdAt',
    isInFirst: false,
  },
  WithdrawalWithExchange: {
    call: `createWithdrawalWithExchange(input: { idempotencyKey: "k", from: { currency: "EUR" }, receiveCode: "BTC", amount: { payAmount: "100" }, method: { crypto: { address: "${ADDRESS}" } } })`,
    post: 'POST /withdrawals/with-exchange',
    read: 'GET /withdrawals/with-exchange/X1',
    made: withdrawalWithExchange({ failureReason }),
    withheld: 'failureReason',
    values: { failureReason },
    kept: 'id payAmount rate createdAt',
  },
  Order: {
    call: 'payOrder(input: { idempotencyKey: "k", id: "Order:O1", from: { currency: "EUR" } })',
    post: 'POST /merchants/orders/O1/pay',
    read: 'GET /merchants/orders/O1',
    made: paidOrder,
    withheld: 'depositAddress memo payUrl description',
    values: {
      depositAddress: ADDRESS,
      memo: '104729',
      payUrl: 'https://pay.example.com/O1',
      description: `For ${ADDRESS}`,
    },
    kept: 'id status payAmount createdAt',
  },
  GiftCardPurchase: {
    call: 'payGiftCardPurchase(input: { idempotencyKey: "k", id: "GiftCardPurchase:G1", from: { accountId: "Account:A2" } })',
    post: 'POST /purchases/gift-cards/G1/pay',
    read: 'GET /purchases/gift-cards/G1',
    made: paidCards,
    withheld: 'cards { code pin }',
    values: { cards: [{ code: 'CARD-1', pin: '0042' }] },
    kept: 'id status payAmount createdAt',
    isInFirst: false,
  },
}

let upstream: FakeUpstream
let gateway: TestGateway
beforeEach(async () => {
  const routes = Object.values(CASES).flatMap(({ post, read, made }) => [
    [post, { body: made }],
    [read, { body: made }],
  ])
  upstream = await startUpstream({ ...walletRoutes, ...Object.fromEntries(routes) })
  gateway = await startTestGateway(upstream.env)
})
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})

describe.each(Object.entries(CASES))('%s', (type, { call, post, read, withheld, values, kept, isInFirst = true }) => {
  const run = async (fields: string): Promise<Record<string, unknown>> => {
    const { data, errors } = await gateway.ask(`mutation { it: ${call} { __typename ... on ${type} { ${fields} } } }`)
    expect(errors).toBeUndefined()
    return data.it
  }

  test('given again without those fields costs no call at all', async () => {
    const first = await run(kept)
    const before = upstream.requests.length
    expect(await run(kept)).toEqual(first)
    expect(upstream.requests).toHaveLength(before)
    expect(first).toMatchObject({ __typename: type, createdAt: expect.stringContaining('T') })
  })

  test('given again with them is read once by its id, and never made again', async () => {
    expect(await run(withheld)).toMatchObject(values)
    expect(upstream.count(read)).toBe(isInFirst ? 0 : 1)
    const before = upstream.requests.length
    // Several of them, and twice the same: one reading.
    expect(await run(`${withheld} again: id ${withheld}`)).toMatchObject(values)
    expect(upstream.requests.slice(before).map(({ method, path }) => `${method} ${path}`)).toEqual([read])
    expect(upstream.count(post)).toBe(1)
  })

  test('given again with any one of them is read anew', async () => {
    await run('id')
    const fields = withheld.includes('{') ? [withheld] : withheld.split(' ')
    for (const [n, field] of fields.entries()) {
      await run(field)
      expect(upstream.count(read)).toBe(n + 1)
    }
  })

  test('as the result of an operation is read too, together with its replay', async () => {
    await run('id')
    const text = `{ operation(idempotencyKey: "k") { result { ... on ${type} { id ${withheld} } } } }`
    const { data, errors } = await gateway.ask(text)
    expect(errors).toBeUndefined()
    expect(data.operation.result).toMatchObject(values)
    expect(upstream.count(read)).toBe(1)
  })

  test('is told by its id though it is there no more; what was not kept is an error or null then', async () => {
    const first = await run(kept)
    upstream.routes({ [read]: { status: 404, body: {} } })
    const [field = ''] = withheld.split(' ')
    const text = `mutation { it: ${call} { ... on ${type} { ${kept} ${isInFirst ? '' : withheld} } ... on Error { message } } }`
    expect((await gateway.ask(text)).data.it).toMatchObject({ id: first['id'] })
    if (!isInFirst) return
    const { errors } = await gateway.ask(`mutation { it: ${call} { ... on ${type} { id ${field} } } }`)
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([[['it', field], 'NOT_FOUND']])
  })
})

test('what is kept whole, as an exchange is, costs no call when it is given again', async () => {
  upstream.routes({ 'POST /exchanges': { body: exchange() } })
  const call =
    'createExchange(input: { idempotencyKey: "k", payAmount: "100", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } })'
  const query = `mutation { it: ${call} { ... on Exchange { id status payAmount receiveAmount rate createdAt } } }`
  const first = (await gateway.ask(query)).data.it
  const before = upstream.requests.length
  expect((await gateway.ask(query)).data.it).toEqual(first)
  expect(upstream.requests).toHaveLength(before)
  expect(first).toMatchObject({ id: 'Exchange:E1', payAmount: '100', receiveAmount: '0.00163307' })
})
