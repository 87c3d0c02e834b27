// Every way in which the upstream may write one and the same answer: the graph does not tell which it was.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSandboxGateway } from './support/gateway.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import type { TestGateway } from './support/gateway.ts'

const QUERY = `query ($from: DateTime!, $projectId: ID!) {
  accounts { id currencyCode balance available reserved value transactions(first: 3) {
    totalCount nodes { id type status statusText amount currencyCode description date balanceAfter source { __typename } }
  } }
  exchanges(first: 5) { totalCount nodes { id status payAmount payCode receiveAmount receiveCode rate createdAt payAccount { id } } }
  crypto: withdrawals(kind: CRYPTO, first: 5) { ...withdrawals }
  bank: withdrawals(kind: BANK, first: 5) { ...withdrawals }
  eWallet: withdrawals(kind: E_WALLET, first: 5) { ...withdrawals }
  voucher: withdrawals(kind: VOUCHER, first: 20) { ...withdrawals }
  withExchange: withdrawals(kind: WITH_EXCHANGE, first: 5) { ...withdrawals }
  projects { totalCount nodes { id name enabled acceptedCurrencyCodes testStatus paymentWindowMinutes callbackFormat createdAt } }
  orders(projectId: $projectId, first: 5) { totalCount nodes {
    id orderId status payAmount payCode receiveAmount receiveCode validUntil createdAt project { name }
    preorder { id payUrl receiveAmount multiple validUntil createdAt orderCount orders { totalCount } }
    transactions { totalCount nodes { id type status amount feeAmount feeCode createdAt order { orderId } } }
    callbacks { totalCount nodes { id orderId orderStatus status httpStatus attempts createdAt lastAttemptAt order { status } } }
  } }
  preorders(projectId: $projectId, first: 5) { totalCount nodes { id orderId receiveAmount payUrl createdAt } }
  deposits(first: 5) { totalCount nodes {
    id status amount feeAmount receiveAmount currencyCode payUrl bankDetails { iban reference } createdAt updatedAt
    account { currencyCode } paymentMethod { name }
  } }
  cryptoDeposits(first: 5) { totalCount nodes {
    id status amount currencyCode network address memo transactionHash confirmations requiredConfirmations createdAt account { id }
  } }
  depositAddresses(currency: "XRP") { id address memo currencyCode network createdAt account { currencyCode } }
  paymentMethods { id type name direction currencyCodes minAmount maxAmount feeFixed feePercent limitsCode enabled }
  giftCards(first: 5) { totalCount nodes { id name currencyCode denominations minAmount maxAmount available } }
  giftCardPurchases(first: 20) { totalCount nodes {
    id status giftCardName quantity amount currencyCode payAmount payCode validUntil cards { code pin url expiresAt }
  } }
  currencies { code name symbol kind scale networks { code memoRequired confirmations minDepositAmount } }
  rates { currencyCode baseCode price change24h asOf }
  rateHistory(currency: "BTC", from: $from) { at price }
  exchangePairs(payCode: "EUR") { id payCode receiveCode minPayAmount maxPayAmount enabled rate { rate asOf } }
  exchangeQuote(input: { payCode: "EUR", receiveCode: "BTC", amount: { payAmount: "100" } }) {
    ... on ExchangeQuote { payAmount receiveAmount rate }
  }
  cryptoWithdrawalFee(input: { currency: "BTC" }) { ... on WithdrawalFee { feeAmount currencyCode minAmount maxAmount } }
  withdrawalWithExchangeQuote(input: {
    from: { currency: "EUR" }, receiveCode: "USD", amount: { payAmount: "100" }
    method: { eWallet: { provider: "skrill", recipient: "reader@example.com" } }
  }) { ... on WithdrawalWithExchangeQuote { payAmount payCode receiveAmount receiveCode rate feeAmount } }
}
fragment withdrawals on WithdrawalConnection { totalCount nodes {
  id kind status withdrawAmount feeAmount receiveAmount receiveCode createdAt updatedAt account { currencyCode }
  ... on CryptoWithdrawal { address network memo transactionHash confirmations }
  ... on BankWithdrawal { type beneficiaryName iban accountNumber bic reference }
  ... on EWalletWithdrawal { provider recipient }
  ... on VoucherWithdrawal { provider voucherCode voucherPin expiresAt }
  ... on WithdrawalWithExchange { payAmount payCode rate exchange { status } withdrawal { kind status } }
} }`

let gateway: TestGateway & { readonly sandbox: Sandbox }
let from: string
let usual: string
beforeAll(async () => {
  gateway = await startSandboxGateway({ MAX_UPSTREAM_CALLS: '1000' })
  const { control } = gateway.sandbox
  control.limits.set({ callsPerMinute: 1_000_000 })
  control.clock.freeze()
  from = new Date(control.clock.now().getTime() - 5 * 86_400_000).toISOString()
  usual = await read()
})
afterAll(() => gateway.close())

/** All that the graph says, as text; the ids themselves are left out, since a habit may change them. */
async function read(): Promise<string> {
  const { data: first } = await gateway.ask('{ projects { nodes { id } } }')
  const { data, errors } = await gateway.ask(QUERY, { from, projectId: first.projects.nodes[0].id })
  expect(errors).toBeUndefined()
  return JSON.stringify(data, (key, value: unknown) => (key === 'id' ? typeof value : value), 1)
}

test.each([
  { amounts: 'strings' },
  { ids: 'numbers' },
  { dates: 'epoch' },
  { lists: 'data' },
  { lists: 'content' },
  { lists: 'items' },
  { lists: 'history' },
  { lists: 'name' },
  { amounts: 'strings', ids: 'numbers', dates: 'epoch', lists: 'content', errors: 'short' },
] as const)('reads the same where the upstream has the habits %j', async (formats) => {
  gateway.sandbox.control.formats.set(formats)
  try {
    expect(await read()).toBe(usual)
  } finally {
    gateway.sandbox.control.formats.set({
      amounts: 'numbers',
      ids: 'strings',
      dates: 'iso',
      lists: 'plain',
      errors: 'full',
    })
  }
})

test('reads the same rows where lists are bare, only their number is not known', async () => {
  gateway.sandbox.control.formats.set({ lists: 'bare' })
  const bare = await read()
  gateway.sandbox.control.formats.set({ lists: 'plain' })
  const withoutTotals = (text: string): string => text.replaceAll(/"totalCount": \S+/g, '')
  expect(withoutTotals(bare)).toBe(withoutTotals(usual))
})

test('an id that came as a number beyond 2^53 is found again by its global id', async () => {
  gateway.sandbox.control.formats.set({ ids: 'numbers' })
  const { data } = await gateway.ask('{ accounts { id } exchanges(first: 1) { nodes { id } } }')
  const ids = [data.accounts[0].id, data.exchanges.nodes[0].id] as string[]
  for (const id of ids) expect(Number.isSafeInteger(Number(id.split(':')[1]))).toBe(false)
  const again = await gateway.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })
  expect(again.data.nodes).toEqual(ids.map((id) => ({ id })))
  gateway.sandbox.control.formats.set({ ids: 'strings' })
})
