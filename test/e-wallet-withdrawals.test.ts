// Withdrawals to an e-wallet: provider and recipient, there and back.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startWatchedGateway } from './support/canaries.ts'
import { eWalletWithdrawal, page, raw, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'

const PATH = '/withdrawals/e-wallet'
let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway({ ...walletRoutes, [`POST ${PATH}`]: { body: eWalletWithdrawal() } })
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const CREATE = `mutation ($input: CreateEWalletWithdrawalInput!) { createEWalletWithdrawal(input: $input) {
  __typename ... on EWalletWithdrawal { provider recipient } ... on InvalidInput { path } ... on DestinationRejected { field }
} }`
const usual = {
  idempotencyKey: 'k',
  from: { currency: 'EUR' },
  amount: '50',
  provider: 'skrill',
  recipient: 'a@b.test',
}

test.each(['reader+1@example.com', 'žinutė@pašto.lt', '+37060000000', 'x'.repeat(128)])(
  'the recipient %s is sent as written, and the answer told',
  async (recipient) => {
    const { data } = await gateway.ask(CREATE, { input: { ...usual, recipient } })
    expect(JSON.parse(gateway.upstream.requests.at(-1)?.body ?? '')).toMatchObject({ provider: 'skrill', recipient })
    expect(data.createEWalletWithdrawal).toEqual({
      __typename: 'EWalletWithdrawal',
      provider: 'skrill',
      recipient: 'reader@example.com',
    })
  },
)

test.each(['', ' ', 'a b', 'a\u200bb', 'a\nb', 'x'.repeat(129)])(
  'a provider or recipient that reads %j is refused by its path, and nothing is sent',
  async (word) => {
    for (const field of ['provider', 'recipient']) {
      const { errors } = await gateway.ask(CREATE, { input: { ...usual, [field]: word } })
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: `input.${field}` })
    }
    expect(gateway.upstream.requests).toEqual([])
  },
)

test.each(['provider', 'recipient'])('a %s that is refused upstream is told by its path', async (key) => {
  const refuse = (errorCode: string) => ({ status: 400, body: { errorCode, errorParameters: [{ key, value: 'v' }] } })
  gateway.upstream.routes({ [`POST ${PATH}`]: refuse('GEN_5') })
  expect((await gateway.ask(CREATE, { input: usual })).data.createEWalletWithdrawal).toEqual({
    __typename: 'InvalidInput',
    path: ['input', key],
  })
  gateway.upstream.routes({ [`POST ${PATH}`]: refuse('WDR_1') })
  expect(
    (await gateway.ask(CREATE, { input: { ...usual, idempotencyKey: 'l' } })).data.createEWalletWithdrawal,
  ).toEqual({ __typename: 'DestinationRejected', field: key })
})

test('a history may say neither, or a number by its digits', async () => {
  gateway.upstream.routes({
    [`GET ${PATH}`]: {
      body: page(
        eWalletWithdrawal({ provider: null, recipient: undefined }),
        eWalletWithdrawal({ recipient: raw('37060000000000000001') }),
      ),
    },
  })
  const { data } = await gateway.ask(
    '{ withdrawals(kind: E_WALLET) { nodes { ... on EWalletWithdrawal { provider recipient } } } }',
  )
  expect(data.withdrawals.nodes).toEqual([
    { provider: null, recipient: null },
    { provider: 'skrill', recipient: '37060000000000000001' },
  ])
})
