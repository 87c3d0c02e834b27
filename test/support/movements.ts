// The eight mutations that move money, each with inputs of which no two are one movement.
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { TestGateway } from './gateway.ts'

type Ask = (query: string, variables?: Record<string, unknown>) => ReturnType<TestGateway['ask']>

export interface Movement {
  readonly mutation: string
  /** What it makes or pays. */
  readonly made: string
  /** As the sandbox counts them: the call that moves the money, and the one by which its trace is looked for. */
  readonly route: string
  readonly look: string
  /** The field with what was made, newest first; none where it is one thing that is paid, whose id the input tells. */
  readonly list?: string
  /** All but the key of one more movement, unlike the others as far as it can be. */
  readonly input: (nth: number, ask: Ask, sandbox: Sandbox) => Input | Promise<Input>
}

export type Input = Readonly<Record<string, unknown>>

const EUR = { currency: 'EUR' }
/** Amounts that no fee of a few whole euros makes alike. */
const eurosOf = (nth: number): string => `${20 + nth}.${10 + nth}`

export const MOVEMENTS: readonly Movement[] = [
  {
    mutation: 'createExchange',
    made: 'Exchange',
    route: 'POST /exchanges',
    look: 'GET /exchanges',
    list: 'exchanges',
    input: (nth) => ({
      payAmount: eurosOf(nth),
      between: { currencies: { payCode: 'EUR', receiveCode: 'BTC' } },
    }),
  },
  {
    mutation: 'createCryptoWithdrawal',
    made: 'CryptoWithdrawal',
    route: 'POST /withdrawals/crypto',
    look: 'GET /withdrawals/crypto',
    list: 'withdrawals(kind: CRYPTO)',
    input: (nth) => ({
      from: { currency: 'BTC' },
      amount: `0.00${100 + nth}`,
      address: 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
      network: 'BTC',
    }),
  },
  {
    mutation: 'createBankWithdrawal',
    made: 'BankWithdrawal',
    route: 'POST /withdrawals/bank',
    look: 'GET /withdrawals/bank',
    list: 'withdrawals(kind: BANK)',
    input: (nth) => ({
      from: EUR,
      amount: eurosOf(nth),
      type: 'SEPA',
      beneficiaryName: 'Harbour Books UAB',
      iban: 'LT601010012345678901',
    }),
  },
  {
    mutation: 'createEWalletWithdrawal',
    made: 'EWalletWithdrawal',
    route: 'POST /withdrawals/e-wallet',
    look: 'GET /withdrawals/e-wallet',
    list: 'withdrawals(kind: E_WALLET)',
    input: async (nth, ask) => ({
      from: EUR,
      amount: eurosOf(nth),
      provider: await provider('E_WALLET', ask),
      recipient: 'someone@example.com',
    }),
  },
  {
    mutation: 'createVoucherWithdrawal',
    made: 'VoucherWithdrawal',
    route: 'POST /withdrawals/voucher',
    look: 'GET /withdrawals/voucher',
    list: 'withdrawals(kind: VOUCHER)',
    // They come in few values.
    input: async (nth, ask) => ({
      from: EUR,
      amount: nth % 2 === 0 ? '20' : '50',
      provider: await provider('VOUCHER', ask),
    }),
  },
  {
    mutation: 'createWithdrawalWithExchange',
    made: 'WithdrawalWithExchange',
    route: 'POST /withdrawals/with-exchange',
    look: 'GET /withdrawals/with-exchange',
    list: 'withdrawals(kind: WITH_EXCHANGE)',
    input: (nth) => ({
      from: { currency: 'BTC' },
      receiveCode: 'EUR',
      amount: { payAmount: `0.00${100 + nth}` },
      method: { bank: { type: 'SEPA', beneficiaryName: 'Harbour Books UAB', iban: 'LT601010012345678901' } },
    }),
  },
  {
    mutation: 'payOrder',
    made: 'Order',
    route: 'POST /merchants/orders/{orderId}/pay',
    look: 'GET /merchants/orders/{orderId}',
    input: async (_nth, ask, sandbox) => ({ id: await newOrder(ask, sandbox), from: EUR }),
  },
  {
    mutation: 'payGiftCardPurchase',
    made: 'GiftCardPurchase',
    route: 'POST /purchases/gift-cards/{purchaseId}/pay',
    look: 'GET /purchases/gift-cards/{purchaseId}',
    input: async (_nth, ask) => {
      const { data } = await ask('{ accounts(currencies: ["EUR"]) { id } }')
      return { id: await newPurchase(ask), from: { accountId: data.accounts[0].id } }
    },
  },
]

async function provider(type: string, ask: Ask): Promise<string> {
  const { data } = await ask('{ paymentMethods(direction: WITHDRAWAL) { id type } }')
  const method = data.paymentMethods.find((each: { type: string }) => each.type === type)
  return method.id.slice('PaymentMethod:'.length)
}

/** In NEW, by way of a preorder that its payer has opened. */
async function newOrder(ask: Ask, sandbox: Sandbox): Promise<string> {
  const { data } = await ask('{ projects { nodes { id name } } }')
  const project = data.projects.nodes.find(({ name }: { name: string }) => name === 'Harbour Books')
  const made = await ask(
    `mutation ($project: ID!) { createOrder(input: {
      projectId: $project, amount: { receive: { amount: "25.00", currency: "EUR" } }
    }) { ... on Preorder { id } } }`,
    { project: project.id },
  )
  return `Order:${sandbox.control.orders.open(made.data.createOrder.id.slice('Preorder:'.length))}`
}

async function newPurchase(ask: Ask): Promise<string> {
  const { data } = await ask(`mutation { createGiftCardPurchase(input: {
    giftCardId: "GiftCard:steam-eur", amount: { amount: "20", currency: "EUR" }, payCode: "EUR"
  }) { ... on GiftCardPurchase { id } } }`)
  return data.createGiftCardPurchase.id
}
