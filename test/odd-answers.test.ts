// Answers that are right and written strangely: read as they are meant where that is plain, refused where it is not, and never believed halfway.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { account, project, raw, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Row } from './support/rows.ts'
import type { FakeUpstream } from './support/upstream.ts'

describe('of the sandbox', () => {
  let gateway: Awaited<ReturnType<typeof startSandboxGateway>>
  beforeAll(async () => {
    gateway = await startSandboxGateway()
  })
  afterEach(() => gateway.sandbox.control.faults.clear())
  afterAll(() => gateway.close())

  const READ = `{
    accounts { id currencyCode balance available transactions(first: 3) { totalCount nodes { id amount date status balanceAfter } } }
    exchanges(first: 5) { totalCount nodes { id status payAmount receiveAmount rate createdAt payAccount { id } } }
    projects { nodes { id name acceptedCurrencyCodes paymentWindowMinutes } }
  }`

  test.each(['duplicate-keys', 'proto-keys', 'long-numbers'] as const)(
    '%s change nothing in what is read',
    async (kind) => {
      gateway.sandbox.control.clock.freeze()
      const plain = await gateway.ask(READ)
      expect(plain.errors).toBeUndefined()
      gateway.sandbox.control.faults.add({ kind })
      const odd = await gateway.ask(READ)
      const exact = (text: string): string =>
        text.replace(
          /"(-?\d+)(\.\d*?)?0*"/g,
          (_, whole: string, fraction = '.') => `"${whole}${fraction === '.' ? '' : fraction}"`,
        )
      expect(exact(odd.text)).toBe(exact(plain.text))
      expect(Object.hasOwn(Object.prototype, 'polluted') || 'polluted' in {}).toBe(false)
    },
  )

  test.each(['deep', 'oversize', 'gzip-bomb'] as const)('%s fails each field with a code', async (kind) => {
    gateway.sandbox.control.faults.add({ kind })
    const { data, errors } = await gateway.ask(
      '{ accounts { id } exchanges(first: 5) { totalCount } viewer { sandbox } }',
    )
    expect(data).toEqual({ accounts: null, exchanges: null, viewer: { sandbox: true } })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID', 'UPSTREAM_INVALID'])
  })
})

describe('by hand', () => {
  let upstream: FakeUpstream
  let gateway: TestGateway
  beforeAll(async () => {
    upstream = await startUpstream(walletRoutes)
    gateway = await startTestGateway(upstream.env)
  })
  afterAll(async () => {
    await gateway.close()
    await upstream.close()
  })

  const read = async (body: string | Buffer): ReturnType<TestGateway['ask']> => {
    upstream.routes({ 'GET /accounts/A1': (_request, response) => void response.writeHead(200).end(body) })
    return gateway.ask('{ account(id: "Account:A1") { id balance } }')
  }
  const readName = async (body: string | Buffer): ReturnType<TestGateway['ask']> => {
    upstream.routes({ 'GET /merchants/projects/J1': (_request, response) => void response.writeHead(200).end(body) })
    return gateway.ask('{ project(id: "Project:J1") { name } }')
  }
  const called = (name: string): string => JSON.stringify(project({ name }))
  const row = (more: Row = {}): string => JSON.stringify(account(more))
  const NUMBER = '123456789012345678901234567890'

  test('an amount of 30 digits arrives with each of them, before the point, behind it and around it', async () => {
    for (const balance of [NUMBER, `0.${NUMBER}`, `123456789012.${NUMBER.slice(12)}`, `-${NUMBER}.5`]) {
      expect((await read(row({ balance: raw(balance) }))).data.account.balance).toBe(balance)
    }
  })

  test('a number of 30 digits as an id arrives digit for digit, and is asked for by each of them', async () => {
    upstream.routes({
      'GET /accounts': { body: `[${row({ accountId: raw(NUMBER) })}]` },
      [`GET /accounts/${NUMBER}`]: { body: row({ accountId: raw(NUMBER) }) },
    })
    const { data } = await gateway.ask('{ accounts { id } }')
    expect(data).toEqual({ accounts: [{ id: `Account:${NUMBER}` }] })
    expect((await gateway.ask('query ($id: ID!) { account(id: $id) { id } }', data.accounts[0])).data.account).toEqual(
      data.accounts[0],
    )
    expect(upstream.count(`GET /accounts/${NUMBER}`)).toBe(1)
  })

  test('of a key that comes twice the last one counts', async () => {
    const twice = row().replace(/"balance":[^,]*/, '"balance":1.00,"balance":2.00')
    expect((await read(twice)).data.account.balance).toBe('2.00')
  })

  test('keys that mean something to JavaScript mean nothing', async () => {
    const keys =
      '"__proto__":{"balance":"666","polluted":1},"constructor":{"prototype":{"polluted":1}},"hasOwnProperty":1,"toString":null'
    const { data } = await read(row().replace('{', `{${keys},`))
    expect(data.account.balance).toBe('10')
    // What is missing is not taken from what the answer says that its prototype is.
    const { errors } = await read(`{"__proto__":${row()}}`)
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_INVALID' } }])
    expect('polluted' in {}).toBe(false)
  })

  test('a byte order mark before it is none of it, a second one is', async () => {
    expect((await read(`\ufeff${row()}`)).data).toMatchObject({ account: { id: 'Account:A1' } })
    expect((await read(`\ufeff\ufeff${row()}`)).errors).toMatchObject([{ extensions: { code: 'UPSTREAM_INVALID' } }])
  })

  test('bytes that are no UTF-8 become replacement characters in a text, and break all else', async () => {
    const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
    expect((await readName(bytes(called('caf\u00e9')))).data.project.name).toBe('caf\ufffd')
    expect((await read(bytes(row().replace('"balance":', '"balance":\u00ff')))).errors).toMatchObject([
      { extensions: { code: 'UPSTREAM_INVALID' } },
    ])
  })

  test('a NUL between its parts breaks it, one that is escaped in a text is handed on', async () => {
    expect((await read(`${row()}\0`)).errors).toMatchObject([{ extensions: { code: 'UPSTREAM_INVALID' } }])
    expect((await readName(called('a\0b'))).data.project.name).toBe('a\0b')
  })

  test('half a surrogate pair leaves valid JSON in a text, and an id with one is nobody’s', async () => {
    expect((await readName(called('a\ud800'))).data.project.name).toBe('a\ud800')
    expect((await read(row({ accountId: 'A1\ud800' }))).errors).toMatchObject([
      { extensions: { code: 'UPSTREAM_INVALID' } },
    ])
  })
})
