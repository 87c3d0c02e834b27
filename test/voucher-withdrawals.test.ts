// Withdrawals as a voucher: what it is spent with comes from readings alone, and is kept nowhere.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BODY_CANARY, startWatchedGateway } from './support/canaries.ts'
import { page, raw, voucherWithdrawal, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Row } from './support/rows.ts'

const PATH = '/withdrawals/voucher'
/** An upstream that tells the secret at once, where it should not. */
const leaky = (more: Row = {}): Row => voucherWithdrawal({ voucherCode: BODY_CANARY, voucherPin: BODY_CANARY, ...more })
let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway({ ...walletRoutes, [`POST ${PATH}`]: { body: leaky() } })
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const SECRET = '... on VoucherWithdrawal { provider voucherCode voucherPin expiresAt }'
const create = (selection = SECRET) =>
  gateway.ask(`mutation { it: createVoucherWithdrawal(input: {
    idempotencyKey: "k", from: { currency: "EUR" }, amount: "50", provider: "flexepin"
  }) { __typename ${selection} } }`)
const told = {
  provider: 'flexepin',
  voucherCode: 'ABCD-1234',
  voucherPin: '0077',
  expiresAt: '2027-11-22T11:00:00.000Z',
}
const untold = { provider: 'flexepin', voucherCode: null, voucherPin: null, expiresAt: null }

describe('the code of a voucher', () => {
  test('comes with each reading, and costs no call of its own', async () => {
    const { data } = await gateway.ask(`{
      withdrawals(kind: VOUCHER) { nodes { ${SECRET} } }
      withdrawal(id: "VoucherWithdrawal:V1") { ${SECRET} }
    }`)
    expect(data).toEqual({ withdrawals: { nodes: [told] }, withdrawal: told })
    expect([gateway.upstream.count(`GET ${PATH}`), gateway.upstream.count(`GET ${PATH}/V1`)]).toEqual([1, 1])
  })

  test('is not taken from the answer to the creation, but read once it is paid, by one call', async () => {
    expect((await create()).data.it).toEqual({ __typename: 'VoucherWithdrawal', ...told })
    expect(gateway.upstream.count(`GET ${PATH}/V1`)).toBe(1)
  })

  test('costs no call where nobody asks for it', async () => {
    expect((await create('... on VoucherWithdrawal { provider status }')).data.it).toEqual({
      __typename: 'VoucherWithdrawal',
      provider: 'flexepin',
      status: 'PAID',
    })
    expect(gateway.upstream.count(`GET ${PATH}/V1`)).toBe(0)
  })

  test('is what a fresh read says, however old the answer to the creation is: null before the voucher is paid', async () => {
    gateway.upstream.routes({
      [`POST ${PATH}`]: { body: leaky({ status: 'NEW' }) },
      [`GET ${PATH}/V1`]: {
        body: voucherWithdrawal({ status: 'NEW', voucherCode: null, voucherPin: '', expiresAt: null }),
      },
    })
    expect((await create()).data.it).toEqual({ __typename: 'VoucherWithdrawal', ...untold })
    gateway.upstream.routes({ [`GET ${PATH}/V1`]: { body: voucherWithdrawal() } })
    expect((await create()).data.it).toEqual({ __typename: 'VoucherWithdrawal', ...told })
    expect([gateway.upstream.count(`POST ${PATH}`), gateway.upstream.count(`GET ${PATH}/V1`)]).toEqual([1, 2])
  })

  test('is not kept: a replay and the operation read it again', async () => {
    await create()
    gateway.upstream.routes({
      [`GET ${PATH}/V1`]: { body: voucherWithdrawal({ voucherCode: 'read anew', voucherPin: raw('1234') }) },
    })
    const anew = { ...told, voucherCode: 'read anew', voucherPin: '1234' }
    expect((await create()).data.it).toEqual({ __typename: 'VoucherWithdrawal', ...anew })
    const { data } = await gateway.ask(`{ operation(idempotencyKey: "k") { result { ${SECRET} } } }`)
    expect(data.operation.result).toEqual(anew)
    expect(gateway.upstream.count(`POST ${PATH}`)).toBe(1)
  })

  test('that may not be read is null with the scope, and the voucher stands', async () => {
    gateway.upstream.routes({ [`GET ${PATH}/V1`]: { status: 403, body: '' } })
    const { data, errors } = await create()
    expect(data.it).toEqual({ __typename: 'VoucherWithdrawal', ...untold })
    expect(errors?.map(({ path, extensions }) => [path?.at(-1), extensions.code, extensions['scope']])).toEqual([
      ['voucherCode', 'FORBIDDEN', 'withdraw-voucher:read'],
      ['voucherPin', 'FORBIDDEN', 'withdraw-voucher:read'],
      ['expiresAt', 'FORBIDDEN', 'withdraw-voucher:read'],
    ])
  })

  test('of a voucher that has gone, or that says none, is null', async () => {
    gateway.upstream.routes({ [`GET ${PATH}/V1`]: { status: 404, body: '' } })
    expect((await create()).data.it).toEqual({ __typename: 'VoucherWithdrawal', ...untold })
    const row = voucherWithdrawal({ provider: null, voucherCode: '', voucherPin: null, expiresAt: undefined })
    gateway.upstream.routes({ [`GET ${PATH}`]: { body: page(row) } })
    const { data } = await gateway.ask(`{ withdrawals(kind: VOUCHER) { nodes { ${SECRET} } } }`)
    expect(data.withdrawals.nodes).toEqual([{ ...untold, provider: null }])
  })

  test('is in no log line, not where its reading fails either', async () => {
    gateway.upstream.routes({ [`GET ${PATH}/V1`]: { body: leaky({ expiresAt: 'soon' }) } })
    const { errors } = await create()
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(Array(3).fill('UPSTREAM_INVALID'))
  })
})

test.each(['', 'a b', 'x'.repeat(129)])('the provider %j is refused, and nothing is sent', async (provider) => {
  const { errors } = await gateway.ask(
    'mutation ($input: CreateVoucherWithdrawalInput!) { createVoucherWithdrawal(input: $input) { __typename } }',
    { input: { idempotencyKey: 'k', from: { currency: 'EUR' }, amount: '50', provider } },
  )
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input.provider' })
  expect(gateway.upstream.requests).toEqual([])
})
