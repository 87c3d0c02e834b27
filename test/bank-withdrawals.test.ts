// Withdrawals to a bank: the account as it is sent, what is refused before that, and the forms in which it may come.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWatchedGateway } from './support/canaries.ts'
import { bankWithdrawal, page, raw, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Row } from './support/rows.ts'

const PATH = '/withdrawals/bank'
let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway({ ...walletRoutes, [`POST ${PATH}`]: { body: bankWithdrawal() } })
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const CREATE = `mutation ($input: CreateBankWithdrawalInput!) { createBankWithdrawal(input: $input) {
  __typename
  ... on BankWithdrawal { id beneficiaryName iban accountNumber bic reference type }
  ... on InvalidInput { path }
  ... on DestinationRejected { field }
} }`
const IBAN = 'LT601010012345678901'
const usual = {
  idempotencyKey: 'k',
  from: { currency: 'EUR' },
  amount: '250.00',
  type: 'SEPA',
  beneficiaryName: 'Harbour Books UAB',
  iban: IBAN,
}
const account = { iban: null, accountNumber: '1234 5678 90', bic: 'EXAMUS33XXX' }
const body = (): unknown => JSON.parse(gateway.upstream.requests.at(-1)?.body ?? '')

async function create(more: object = {}): Promise<Record<string, unknown>> {
  const { data, errors } = await gateway.ask(CREATE, { input: { ...usual, ...more } })
  expect(errors).toBeUndefined()
  return data.createBankWithdrawal
}

test('all that names the account is sent as written, and what is made is answered', async () => {
  const more = {
    ...account,
    type: 'SWIFT',
    beneficiaryName: 'Ą'.repeat(70),
    beneficiaryAddress: 'Pier 1\nVilnius',
    beneficiaryCountryCode: 'LT',
    reference: 'R'.repeat(140),
  }
  expect(await create(more)).toEqual({
    __typename: 'BankWithdrawal',
    id: 'BankWithdrawal:B1',
    beneficiaryName: 'Harbour Books UAB',
    iban: IBAN,
    accountNumber: null,
    bic: null,
    reference: 'Payout 881',
    type: 'SEPA',
  })
  expect(body()).toEqual({
    currencyCode: 'EUR',
    amount: '250.00',
    feeIncluded: false,
    type: 'SWIFT',
    beneficiaryName: 'Ą'.repeat(70),
    accountNumber: '1234 5678 90',
    bic: 'EXAMUS33XXX',
    beneficiaryAddress: 'Pier 1\nVilnius',
    beneficiaryCountryCode: 'LT',
    reference: 'R'.repeat(140),
    externalId: expect.any(String),
  })
})

test.each(['DE89370400440532013000', 'NO9386011117947', 'MT84MALT011000012345MTLCAST001S', 'lt601010012345678901'])(
  'the IBAN %s is one, and is sent as written',
  async (iban) => {
    await create({ iban })
    expect(body()).toMatchObject({ iban })
  },
)

test.each([
  [{ iban: 'LT601010012345678902' }, 'iban'],
  [{ iban: 'LT061010012345678901' }, 'iban'],
  [{ iban: 'LT60 1010 0123 4567 8901' }, 'iban'],
  [{ iban: '' }, 'iban'],
  [{ iban: '60LT1010012345678901' }, 'iban'],
  [{ iban: `${IBAN}${'0'.repeat(15)}` }, 'iban'],
  [{ iban: 'LT35100001110100100' }, 'iban'],
  [{ iban: null }, 'iban'],
  [{ accountNumber: '123' }, 'iban'],
  [{ ...account, accountNumber: ' ' }, 'accountNumber'],
  [{ type: 'SWIFT' }, 'bic'],
  [{ bic: 'EXAMLT2' }, 'bic'],
  [{ bic: 'EXAMLT21X' }, 'bic'],
  [{ bic: 'EXAM-T21' }, 'bic'],
  [{ bic: 'EXAMQQ21' }, 'bic'],
  [{ bic: '' }, 'bic'],
  [{ type: 'UNRECOGNIZED' }, 'type'],
  [{ beneficiaryName: ' ' }, 'beneficiaryName'],
  [{ beneficiaryName: 'x'.repeat(71) }, 'beneficiaryName'],
  [{ beneficiaryAddress: '' }, 'beneficiaryAddress'],
  [{ beneficiaryCountryCode: 'LTU' }, 'beneficiaryCountryCode'],
  [{ beneficiaryCountryCode: '1T' }, 'beneficiaryCountryCode'],
  [{ reference: 'x'.repeat(141) }, 'reference'],
])('an account with %j is refused by its path, and nothing is sent', async (more, field) => {
  const { errors } = await gateway.ask(CREATE, { input: { ...usual, ...more } })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: `input.${field}` })
  expect(gateway.upstream.requests).toEqual([])
})

test.each([
  'type',
  'beneficiaryName',
  'iban',
  'accountNumber',
  'bic',
  'beneficiaryAddress',
  'beneficiaryCountryCode',
  'reference',
])('a %s that is refused upstream is told by its path', async (key) => {
  const refuse = (errorCode: string) => ({ status: 400, body: { errorCode, errorParameters: [{ key, value: 'v' }] } })
  gateway.upstream.routes({ [`POST ${PATH}`]: refuse('GEN_5') })
  expect(await create()).toEqual({ __typename: 'InvalidInput', path: ['input', key] })
  gateway.upstream.routes({ [`POST ${PATH}`]: refuse('WDR_2') })
  expect(await create({ idempotencyKey: 'other' })).toEqual({ __typename: 'DestinationRejected', field: key })
})

describe('a bank withdrawal', () => {
  const read = async (row: Row): Promise<unknown> => {
    gateway.upstream.routes({ [`GET ${PATH}`]: { body: page(row) } })
    const { data, errors } = await gateway.ask(`{ withdrawals(kind: BANK) { nodes {
      ... on BankWithdrawal { type beneficiaryName iban accountNumber bic reference }
    } } }`)
    expect(errors).toBeUndefined()
    return data.withdrawals.nodes[0]
  }

  test.each([
    [{ type: 'BANK', transferType: 'SWIFT' }, 'SWIFT'],
    [{ type: 'SEPA_INSTANT', transferType: undefined }, 'SEPA_INSTANT'],
    [{ type: undefined, transferType: 'SEPA' }, 'SEPA'],
    [{ type: 'BANK', transferType: undefined }, null],
    [{ type: undefined, transferType: undefined }, null],
    [{ type: 'BANK', transferType: 'TARGET2' }, 'UNRECOGNIZED'],
    [{ type: 'FPS', transferType: undefined }, 'UNRECOGNIZED'],
  ])('with %j goes by %s', async (more, type) => {
    expect(await read(bankWithdrawal(more))).toMatchObject({ type })
  })

  test('may say nothing of its account, or a number by its digits', async () => {
    const nothing = { beneficiaryName: null, iban: '', accountNumber: undefined, reference: null }
    expect(await read(bankWithdrawal(nothing))).toMatchObject({
      beneficiaryName: null,
      iban: null,
      accountNumber: null,
      bic: null,
      reference: null,
    })
    const numbers = { accountNumber: raw('12345678901234567890'), reference: 881 }
    expect(await read(bankWithdrawal(numbers))).toMatchObject({
      accountNumber: '12345678901234567890',
      reference: '881',
    })
  })
})
