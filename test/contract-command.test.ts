// `npm run contract`: which rows of the endpoint table hold at a live API and which differ, fit to be published.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox/sandbox.ts'
import { endpointRows, endpoints } from '../src/upstream/endpoints.ts'
import { startProcess } from './support/process.ts'
import { account, exchange, order, page, project, transaction, walletRoutes } from './support/rows.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { Environment } from '../src/config.ts'
import type { Route } from './support/upstream.ts'

const folder = mkdtempSync(join(tmpdir(), 'contract-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const READ_ROWS = endpointRows(endpoints)
  .filter(({ safety }) => safety.startsWith('read'))
  .map(({ name }) => name)

const CANARY = 'canary7hidden'

interface Run {
  readonly code: number | null
  readonly text: string
  /** By row: its verdict, and its notes. */
  readonly found: ReadonlyMap<string, readonly string[]>
}

async function run(env: Environment, ...args: readonly string[]): Promise<Run> {
  const command = ['--import', './src/need-node.mjs', 'src/contract.ts', ...args]
  const { code, stdout, stderr } = await startProcess(env, { args: command }).ended
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  const rows = lines.map((line) => JSON.parse(line) as { row: string; verdict: string; notes: readonly string[] })
  return {
    code,
    text: stdout + stderr,
    found: new Map(rows.map(({ row, verdict, notes }) => [row, [verdict, ...notes]])),
  }
}

/** Against an upstream with these routes, as JSON. */
async function against(
  routes: Record<string, Route>,
  { args = [], env = {} }: { args?: readonly string[]; env?: Environment } = {},
): Promise<Run & { readonly upstream: Awaited<ReturnType<typeof startUpstream>> }> {
  const upstream = await startUpstream(routes)
  const { SPECTROCOIN_API_URL, ...credential } = upstream.env
  const done = await run({ ...credential, ...env }, '--base-url', `${SPECTROCOIN_API_URL}`, '--json', ...args)
  await upstream.close()
  return { ...done, upstream }
}

describe.concurrent('npm run contract', () => {
  test('against the sandbox finds that each row that reads holds, asks each once, and makes nothing', async ({
    expect,
  }) => {
    const sandbox = await startSandbox({ clientId: CANARY, clientSecret: `${CANARY}-secret` })
    const env = { SPECTROCOIN_CLIENT_ID: CANARY, SPECTROCOIN_CLIENT_SECRET: `${CANARY}-secret` }
    const { code, text } = await run(env, '--base-url', sandbox.url)
    const requests = sandbox.requests()
    await sandbox.close()
    const lines = text.trim().split('\n')
    expect(lines.at(-1)).toBe(`${READ_ROWS.length} hold, 0 differ, 0 were not tried.`)
    expect(lines.slice(0, -1).map((line) => line.split(/\s+/, 2))).toEqual(READ_ROWS.map((row) => ['holds', row]))
    expect(code).toBe(0)
    expect(text).toContain('orders.read                      path documented, answer client')
    expect(text).not.toContain(CANARY)
    expect(text).not.toContain('127.0.0.1')
    expect(requests).toHaveLength(READ_ROWS.length)
    const written = requests
      .filter(({ method }) => method !== 'GET')
      .map(({ path }) => path.replace(/^\/api\/public/, ''))
    expect(written).toEqual(['/oauth/token', '/exchanges/calculate', '/withdrawals/with-exchange/calculate'])
  })

  test('names each difference by its place and what is wrong there, and prints no value', async ({ expect }) => {
    const { code, text, found } = await against({
      'GET /accounts': { body: page(account({ accountId: undefined, accountNumber: CANARY, [CANARY]: CANARY })) },
      'GET /currencies': { headers: { 'content-type': 'text/html' }, body: `<p>${CANARY}</p>` },
      'GET /exchanges': { body: page(exchange({ exchangeId: CANARY, status: CANARY })) },
      'GET /exchanges/{id}': { body: { exchange: exchange({ exchangeId: CANARY }) } },
      'GET /exchanges/rate': { status: 400, body: { errorCode: 'GEN_5', key: CANARY, defaultMessage: CANARY } },
      'GET /exchanges/pairs': { status: 302, headers: { location: `https://${CANARY}.example/` } },
      'GET /gift-cards': { status: 203, body: { error: CANARY } },
      'GET /deposits': { body: { result: { [CANARY]: [CANARY] } } },
      'GET /deposits/crypto': { body: page() },
      'GET /merchants/projects': { body: page(project({ id: CANARY })) },
      'GET /merchants/projects/{id}': { body: project({ id: CANARY, enabled: 'perhaps' }) },
      'GET /merchants/orders': { body: page(order({ projectId: `not-${CANARY}` })) },
      'GET /merchants/preorders': { status: 403, body: { error: CANARY } },
      'GET /exports/exchanges': { headers: { 'content-type': 'text/html' }, body: CANARY },
      'GET /exports/deposits': { headers: { 'content-type': 'text/csv' }, body: `id\n${CANARY}\n` },
    })
    const notFound = ['differs', 'status 404']
    expect(Object.fromEntries(found)).toMatchObject({
      'token.create': ['holds', 'token also has token_type'],
      'accounts.list': [
        'differs',
        'accounts[].accountId is missing',
        'accounts[] has currencyCode, currencyName, currencyType, balance, availableBalance, reservedAmount, accountNumber, 1 more',
      ],
      'accounts.read': ['not tried', 'accounts.list gave nothing to ask with'],
      'currencies.list': ['differs', 'body is not JSON'],
      'exchanges.list': ['differs', 'exchanges[].status is a word that the gateway does not know'],
      'exchanges.read': ['differs', 'exchange.exchangeId is missing', 'exchange has exchange'],
      'exchangePairs.list': ['differs', 'status 302'],
      'exchangePairs.rate': ['differs', 'status 400'],
      'giftCards.list': ['differs', 'status 203'],
      'giftCards.read': ['not tried', 'giftCards.list gave nothing to ask with'],
      'deposits.list': ['differs', 'deposits holds no list', 'deposits has result'],
      'cryptoDeposits.list': ['holds', 'it has no row, so that the list alone was seen'],
      'cryptoDeposits.read': ['not tried', 'cryptoDeposits.list has no row to ask for'],
      'paymentMethods.list': notFound,
      'projects.read': [
        'differs',
        'project.enabled has an unexpected form',
        expect.stringMatching(/^project has id, name, /),
      ],
      'preorders.list': ['not tried', 'status 403: it takes merchants-preorders:read'],
      'orders.list': ['differs', 'orders[].projectId is another than was asked for', expect.any(String)],
      'merchantCallbacks.list': notFound,
      'exports.exchanges': ['differs', 'body is no CSV'],
      'exports.deposits': ['holds'],
      'callbacks.publicKey': notFound,
    })
    expect([...found.keys()]).toEqual(READ_ROWS)
    expect(code).toBe(1)
    for (const secret of [CANARY, '127.0.0.1', 'test-client', 'test-secret', 'token-of-the-test'])
      expect(text).not.toContain(secret)
  })

  test('tells a silent upstream, a failing one and a refused sample from what differs', async ({ expect }) => {
    const { code, found } = await against(
      {
        'GET /payment-methods': () => undefined,
        'GET /currencies/rates': { status: 503, body: CANARY },
        'GET /withdrawals/bank/fee': { status: 400, body: { errorCode: 'AMT_2', defaultMessage: CANARY } },
      },
      {
        env: { UPSTREAM_TIMEOUT_MS: '3000' },
        args: ['--only', 'paymentMethods', '--only', 'rates.list', '--only', 'bankWithdrawals.fee'],
      },
    )
    expect(found.get('paymentMethods.list')).toEqual(['differs', expect.stringMatching(/^no answer: /)])
    expect(found.get('rates.list')).toEqual(['differs', 'no answer: status 503'])
    expect(found.get('bankWithdrawals.fee')).toEqual([
      'not tried',
      'status 400: what it was asked with is refused (range)',
    ])
    expect(code).toBe(1)
  })

  test('--only asks for these rows and what they take; corrections and the version header go along', async ({
    expect,
  }) => {
    const corrections = join(folder, 'endpoints.json')
    writeFileSync(corrections, JSON.stringify({ 'accounts.list': { path: '/v2/accounts' } }))
    const { code, found, upstream } = await against(
      {
        'GET /v2/accounts': { body: page(account()) },
        'GET /accounts/{id}/transactions': { body: page(transaction()) },
      },
      {
        args: ['--only', 'transactions.list'],
        env: { ENDPOINTS_FILE: corrections, SPECTROCOIN_VERSION_HEADER: 'API-Version: 2026-01-01' },
      },
    )
    expect([...found.keys()]).toEqual(['transactions.list'])
    expect(code).toBe(0)
    expect(upstream.requests.map(({ path }) => path)).toEqual([
      '/oauth/token',
      '/v2/accounts',
      '/accounts/A1/transactions',
    ])
    expect(upstream.requests.map(({ headers }) => headers['api-version'])).toEqual(Array(3).fill('2026-01-01'))
  })

  test('waits where the upstream says so', async ({ expect }) => {
    let calls = 0
    const { code, found } = await against(
      {
        'GET /accounts': () => {
          calls += 1
          return calls === 1 ? { status: 429, headers: { 'retry-after': '1' } } : { body: page(account()) }
        },
      },
      { args: ['--only', 'accounts.list'] },
    )
    expect(found.get('accounts.list')?.[0]).toBe('holds')
    expect([code, calls]).toEqual([0, 2])
  })

  test('with a token of one’s own asks for none', async ({ expect }) => {
    const { code, text, found, upstream } = await against(walletRoutes, {
      args: ['--only', 'token', '--only', 'accounts.list'],
      env: { SPECTROCOIN_CLIENT_ID: '', SPECTROCOIN_CLIENT_SECRET: '', SPECTROCOIN_TOKEN: CANARY },
    })
    expect(found.get('token.create')).toEqual(['not tried', 'a token was given'])
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${CANARY}`])
    expect(code).toBe(0)
    expect(text).not.toContain(CANARY)
  })

  test('a credential that is refused is tried once, and ends with 2', async ({ expect }) => {
    const { code, text, upstream } = await against({ [TOKEN_ROUTE]: { status: 401, body: { error: CANARY } } })
    expect(code).toBe(2)
    expect(upstream.count(TOKEN_ROUTE)).toBe(1)
    expect(upstream.count('GET /accounts')).toBe(0)
    expect(text).toContain('SpectroCoin does not accept the credential.')
    expect(text).not.toContain(CANARY)
  })

  test('a token that nothing accepts is tried a few times, and ends with 2', async ({ expect }) => {
    const refusal = { status: 401, body: { error: CANARY } }
    const env = { SPECTROCOIN_CLIENT_ID: '', SPECTROCOIN_CLIENT_SECRET: '', SPECTROCOIN_TOKEN: CANARY }
    const routes = ['/accounts', '/payment-methods', '/exchanges', '/exchanges/pairs', '/exchanges/rate']
    const { code, found, upstream } = await against(
      Object.fromEntries(routes.map((path) => [`GET ${path}`, refusal])),
      {
        env,
      },
    )
    expect(found.get('accounts.list')).toEqual(['differs', 'status 401'])
    expect(code).toBe(2)
    expect(upstream.requests.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(3)
  })

  test('a token endpoint that answers otherwise is found, and asked once', async ({ expect }) => {
    const { code, found, upstream } = await against({ [TOKEN_ROUTE]: { body: { token: CANARY } } })
    expect(found.get('token.create')).toEqual(['differs', 'token.access_token is missing', 'token has token'])
    expect(found.get('exchanges.list')).toEqual(['not tried', 'there is no token'])
    expect([code, upstream.count(TOKEN_ROUTE)]).toEqual([1, 1])
  })

  const ONE: Environment = { SPECTROCOIN_TOKEN: CANARY }
  const BASE = ['--base-url', 'http://127.0.0.1:9/api/public']
  test.each<[string, Environment, readonly string[], RegExp]>([
    ['no base URL', ONE, [], /^Usage: /],
    ['a secret as an option', ONE, [...BASE, '--token', CANARY], /^Usage: /],
    ['a secret as a word', ONE, [...BASE, CANARY], /^Usage: /],
    ['plain http to somewhere else', ONE, ['--base-url', `http://${CANARY}.example/`], /--base-url must be https/],
    ['no URL at all', ONE, ['--base-url', CANARY], /--base-url must be a URL/],
    ['a row that nobody knows', ONE, [...BASE, '--only', CANARY], /--only must name/],
    ['a row that moves money', ONE, [...BASE, '--only', 'exchanges.create'], /--only must name/],
    ['no credential', {}, BASE, /SPECTROCOIN_CLIENT_ID and SPECTROCOIN_CLIENT_SECRET, or SPECTROCOIN_TOKEN/],
    ['half a credential', { SPECTROCOIN_CLIENT_ID: CANARY }, BASE, /SPECTROCOIN_CLIENT_SECRET is missing/],
    [
      'two credentials',
      { ...ONE, SPECTROCOIN_CLIENT_ID: CANARY, SPECTROCOIN_CLIENT_SECRET: CANARY },
      BASE,
      /one credential, in the environment/,
    ],
    ['a token with a line break', { SPECTROCOIN_TOKEN: `${CANARY}\nx` }, BASE, /SPECTROCOIN_TOKEN is no token/],
    [
      'corrections that cannot be read',
      { ...ONE, ENDPOINTS_FILE: `/nowhere/${CANARY}` },
      BASE,
      /ENDPOINTS_FILE cannot be read/,
    ],
  ])('begins nothing with %s', async (_, env, args, words) => {
    const { code, text } = await run(env, ...args)
    expect(text).toMatch(words)
    expect(text).not.toContain(CANARY)
    expect(code).toBe(2)
  })
})
