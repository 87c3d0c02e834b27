// GraphiQL in a real browser: a query, a mutation and a subscription by clicking, and not one request that leaves this machine.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, validate } from 'graphql'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../src/schema/index.ts'
import { graphiqlOptions } from '../src/server/graphiql.ts'
import { SCOPES } from '../src/upstream/endpoint.ts'
import { startSandboxGateway, startTestGateway } from './support/gateway.ts'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import type { TestGateway } from './support/gateway.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path))
if (!executablePath && process.env['CI'] !== 'true')
  console.warn('SKIPPED: GraphiQL was not driven, since there is no /usr/bin/chromium (apt-get install chromium).')

/** A new profile, and none of what a browser does on the network by itself. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

// With CI=true a missing browser is a failure and not a skip.
describe.skipIf(!executablePath && process.env['CI'] !== 'true')('in Chromium', () => {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'))
  /** Where pictures of it go, for whoever wants to look at them. */
  const pictures = process.env['GRAPHIQL_PICTURES']
  const requested: string[] = []
  const complaints: string[] = []
  const heard: string[] = []
  let started: TestGateway
  let browser: BrowserContext
  let page: Page

  beforeAll(async () => {
    started = await startSandboxGateway()
    browser = await chromium.launchPersistentContext(profile, {
      executablePath: executablePath ?? '/usr/bin/chromium',
      args: ARGUMENTS,
      headless: true,
      viewport: { width: 1440, height: 900 },
    })
    page = browser.pages()[0] ?? (await browser.newPage())
    page.setDefaultTimeout(15_000)
    browser.on('request', (request) => void requested.push(request.url()))
    page.on('websocket', (socket) => {
      requested.push(socket.url())
      socket.on('framereceived', ({ payload }) => void heard.push(String(payload)))
    })
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(started.gateway.url)
    await page.getByRole('tab').nth(4).waitFor()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await started?.close()
    rmSync(profile, { recursive: true, force: true })
  })

  async function storedTab(): Promise<string | undefined> {
    const text = await page.evaluate('localStorage.getItem("graphiql:tabState")')
    const { tabs = [], activeTabIndex = 0 } = JSON.parse(String(text)) as {
      tabs?: { title: string }[]
      activeTabIndex?: number
    }
    return tabs[activeTabIndex]?.title
  }

  /** By one click, as people do. */
  async function openTab(name: string): Promise<void> {
    const tab = page.getByRole('tab').filter({ has: page.getByRole('button', { name, exact: true }) })
    await tab.getByRole('button', { name, exact: true }).click()
    await expect.poll(() => tab.getAttribute('aria-selected')).toBe('true')
    // Only once it has been stored does GraphiQL run this tab's operation and not the one before.
    await expect.poll(storedTab, { timeout: 10_000 }).toBe(name)
  }
  const runButton = (): Locator => page.getByRole('button', { name: /^Execute query/ })
  const result = (text: RegExp): Locator =>
    page.getByRole('region', { name: 'Result Window' }).filter({ hasText: text })

  async function picture(name: string): Promise<void> {
    if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) })
  }

  test('its title says that everything is invented, and five tabs stand ready', async () => {
    expect(await page.title()).toBe('SANDBOX · SpectroCoin GraphQL gateway')
    expect(await page.getByRole('tab').getByRole('button', { name: /^\w+$/ }).allTextContents()).toEqual([
      'Wallet',
      'History',
      'Orders',
      'Quote',
      'Live',
    ])
    await page.getByText('SANDBOX · SpectroCoin').waitFor()
    await picture('1-opened')
  })

  test.each([
    ['Wallet', /"total":\s"\d+\.\d{2}",\s*"currencyCode":\s"EUR"/],
    ['History', /"totalCount":\s\d+/],
    ['Orders', /"orderId":\s"/],
  ])('the query of the tab %s is answered at a click', async (name, answer) => {
    await openTab(name)
    await runButton().click()
    await result(answer).waitFor()
    expect(await result(/"errors"/).count()).toBe(0)
    await picture(`2-${name}`)
  })

  test('of the quote and the exchange in one tab, each is run by its name', async () => {
    await openTab('Quote')
    await runButton().click()
    await page.getByRole('menuitem', { name: 'Quote' }).click()
    await result(/"exchangeQuote":\s\{\s*"__typename":\s"ExchangeQuote"/).waitFor()
    await runButton().click()
    await picture('3-choice')
    await page.getByRole('menuitem', { name: 'Exchange' }).click()
    await result(/"createExchange":\s\{\s*"__typename":\s"Exchange"/).waitFor()
    await picture('3-Exchange')
  })

  test('live rates come over the websocket until they are stopped', async () => {
    await openTab('Live')
    await runButton().click()
    await result(/"liveRates":\s\[\s*\{\s*"currencyCode":\s"BTC",\s*"price":\s"\d+/).waitFor()
    const prices = (): string[] => heard.filter((frame) => frame.includes('"type":"next"'))
    await expect.poll(() => new Set(prices()).size, { timeout: 10_000 }).toBeGreaterThan(2)
    await picture('4-Live')
    await page.getByRole('button', { name: /^Stop query/ }).click()
    await expect.poll(() => started.gateway.liveFeeds()).toBe(0)
    expect(requested.filter((url) => url.startsWith('ws:'))).toEqual([started.gateway.websocketUrl])
  })

  test('the documentation is there to be read', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    await page.getByRole('link', { name: 'Mutation', exact: true }).click()
    await page.getByText('createCryptoWithdrawal').first().waitFor()
    await picture('5-documentation')
  })

  test('nothing of all this left the machine or was complained about', () => {
    const { host } = new URL(started.gateway.url)
    expect(requested.length).toBeGreaterThan(3)
    expect(
      requested.filter(
        (url) =>
          !/^(data:|(blob:)?(http|ws):\/\/)/.test(url) ||
          (!url.startsWith('data:') && new URL(url.replace('blob:', '')).host !== host),
      ),
    ).toEqual([])
    expect(complaints).toEqual([])
  })

  describe('where callers have keys', () => {
    const asked: { readonly accept: string; readonly authorization: string | undefined }[] = []
    const protests: string[] = []
    let locked: TestGateway
    let first: Page
    beforeAll(async () => {
      first = page
      locked = await startTestGateway({}, { keys: [{ name: 'web', scopes: [...SCOPES] }] })
      page = await browser.newPage()
      page.setDefaultTimeout(15_000)
      page.on('console', (message) => message.type() === 'error' && protests.push(message.text()))
      page.on('pageerror', (error) => protests.push(error.message))
      page.on('websocket', (socket) => protests.push(socket.url()))
      page.on('request', (request) => {
        const { accept = '', authorization } = request.headers()
        if (request.method() === 'POST') asked.push({ accept, authorization })
      })
      await page.goto(locked.gateway.url)
      await page.getByRole('tab').nth(4).waitFor()
    }, 60_000)
    afterAll(async () => {
      page = first
      await locked.close()
    })
    const authorization = (): string => `Bearer ${locked.keys['web']}`

    test('it opens for everybody, says where the key goes, and nobody is answered without one', async () => {
      await page.getByText('// "authorization": "Bearer …"').waitFor()
      await openTab('Wallet')
      await runButton().click()
      await result(/"code":\s"UNAUTHENTICATED"/).waitFor()
      await picture('6-locked')
      expect(asked.map((each) => each.authorization).filter(Boolean)).toEqual([])
    })

    test('with a key in its headers it is answered, in this tab and in the others', async () => {
      await page.getByRole('region', { name: 'Headers' }).locator('[data-uri$="-request-headers.json"]').click()
      await page.keyboard.press('ControlOrMeta+A')
      // The editor closes by itself what is open.
      await page.keyboard.insertText(`{"authorization":"${authorization()}`)
      await runButton().click()
      await result(/"total":\s"\d+\.\d{2}"/).waitFor()
      await picture('7-unlocked')
      await openTab('History')
      await runButton().click()
      await result(/"totalCount":\s\d+/).waitFor()
      await page.getByRole('button', { name: 'Re-fetch GraphQL schema' }).click()
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
      await page.getByRole('link', { name: 'Mutation', exact: true }).waitFor()
    })

    test('live rates come with it too, as an event stream', async () => {
      await openTab('Live')
      await runButton().click()
      await result(/"liveRates":\s\[\s*\{\s*"currencyCode":\s"BTC",\s*"price":\s"\d+/).waitFor()
      const text = await page.getByRole('region', { name: 'Result Window' }).textContent()
      await expect
        .poll(() => page.getByRole('region', { name: 'Result Window' }).textContent(), { timeout: 10_000 })
        .not.toBe(text)
      await picture('8-live')
      await page.getByRole('button', { name: /^Stop query/ }).click()
      await expect.poll(() => locked.gateway.liveFeeds()).toBe(0)
      expect(asked.at(-1)).toEqual({ accept: 'text/event-stream', authorization: authorization() })
    })

    test('the key is kept nowhere, and nothing was complained about but that it was missing', async () => {
      expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage, location.href])')).not.toContain(
        'scgw_',
      )
      expect(protests.filter((each) => !each.includes('401 (Unauthorized)'))).toEqual([])
    })
  })
})

test('what the tabs hold is valid, and no line of it runs under the button', () => {
  for (const { query } of graphiqlOptions({ sandbox: true, named: false }).defaultTabs ?? []) {
    expect(validate(schema, parse(query ?? ''))).toEqual([])
    for (const line of query?.split('\n') ?? []) expect(line.length).toBeLessThanOrEqual(54)
  }
})

describe('the page', () => {
  const asBrowser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

  test.each([
    ['is off in production', { SPECTROCOIN_API_URL: 'http://127.0.0.1:1', NODE_ENV: 'production' }],
    ['can be switched off', { GRAPHIQL: 'false' }],
  ])('%s, where GraphQL still answers', async (_name, env) => {
    const { gateway, ask, close } = await startTestGateway(env)
    for (const path of ['/graphql', '/']) {
      const response = await fetch(new URL(path, gateway.url), { headers: asBrowser, redirect: 'manual' })
      expect(await response.text()).not.toMatch(/<html|graphiql/i)
      expect(response.status).toBeGreaterThanOrEqual(400)
    }
    expect((await ask('{ viewer { id } }')).errors).toBeUndefined()
    await close()
  })

  test('can be had in production, and does not call real data invented', async () => {
    const { gateway, close } = await startTestGateway({
      SPECTROCOIN_API_URL: 'http://127.0.0.1:1',
      NODE_ENV: 'production',
      GRAPHIQL: 'true',
    })
    const response = await fetch(new URL('/', gateway.url), { headers: asBrowser })
    const page = await response.text()
    expect([response.url, response.status]).toEqual([gateway.url, 200])
    expect(page).toContain('<title>SpectroCoin GraphQL gateway</title>')
    expect(page).not.toContain('SANDBOX')
    await close()
  })

  test('holds no address outside that a browser would load', async () => {
    const { gateway, close } = await startTestGateway()
    const page = await (await fetch(gateway.url, { headers: asBrowser })).text()
    expect(page).not.toMatch(/(src|href)=["']?(https?:)?\/\//)
    await close()
  })
})
