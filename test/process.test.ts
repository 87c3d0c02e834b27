// The process: how it starts, what it says where, with which code it ends, and that nobody outside can end it or keep it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { addressesIn, startProcess } from './support/process.ts'
import { connectClient, openBytes } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { AddressInfo } from 'node:net'
import type { GatewayProcess } from './support/process.ts'

const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
const running: GatewayProcess[] = []
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  for (const { child } of running) child.kill('SIGKILL')
  await Promise.all(running.map(async ({ ended }) => ended))
})

function start(...options: Parameters<typeof startProcess>): GatewayProcess {
  const started = startProcess(...options)
  running.push(started)
  return started
}

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe.concurrent('a gateway', () => {
  test('on the sandbox prints one line with its addresses, and says once in the log that all is invented', async () => {
    const { child, listening, ended } = start()
    const line = await listening
    expect(line).toMatch(
      /^SpectroCoin GraphQL gateway listens: http:\/\/127\.0\.0\.1:\d+\/graphql .* ws:\/\/127\.0\.0\.1:\d+\/graphql .* http:\/\/127\.0\.0\.1:\d+\/healthz .*SANDBOX, all data invented, driven at http:\/\/127\.0\.0\.1:\d+\/__sandbox\n$/,
    )
    const { url, healthUrl } = addressesIn(line)
    expect(await (await fetch(healthUrl)).text()).toBe('ok\n')
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ viewer { sandbox } }"}',
    })
    expect(await answer.json()).toEqual({ data: { viewer: { sandbox: true } } })
    child.kill('SIGTERM')
    const { code, stdout, stderr } = await ended
    expect([code, stdout]).toEqual([0, line])
    const lines = stderr
      .trim()
      .split('\n')
      .map((each) => JSON.parse(each) as { msg: string })
    expect(lines.filter(({ msg }) => msg.includes('SANDBOX'))).toHaveLength(1)
    expect(lines).toHaveLength(2)
  })

  test('writes what it has held back of its log within a moment, and when it is ended in the middle of that', async () => {
    const { child, listening, ended } = start()
    const { url } = addressesIn(await listening)
    let written = ''
    child.stderr?.on('data', (text: string) => (written += text))
    const ask = async (name: string): Promise<void> => {
      const body = JSON.stringify({ query: `query ${name} { __typename }` })
      const headers = { 'content-type': 'application/json' }
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
    }
    await ask('First')
    await expect.poll(() => written).toContain('"operation":"First"')
    await ask('Second')
    // The second one ends it at once, unless it has ended before.
    child.kill('SIGINT')
    child.kill('SIGTERM')
    expect((await ended).stderr).toContain('"operation":"Second"')
  })

  test('at a URL does not say so', async () => {
    const upstream = await startUpstream()
    const { child, listening, ended } = start({ ...upstream.env, LOG_LEVEL: 'debug' })
    expect(await listening).not.toMatch(/sandbox/i)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 0, stderr: '' })
    await upstream.close()
  })

  test.each([
    [
      'production without anything',
      { NODE_ENV: 'production' },
      /SPECTROCOIN_API_URL or a credential .* must be set in production/,
    ],
    [
      'several faults',
      { PORT: 'canary', GRAPHIQL: 'canary', SPECTROCOIN_API_URL: 'canary' },
      /has 3 faults: .*SPECTROCOIN_API_URL.*PORT.*GRAPHIQL/,
    ],
    [
      'no endpoints file beside another fault',
      { ENDPOINTS_FILE: join(folder, 'canary.json'), PORT: 'canary' },
      /has 2 faults: ENDPOINTS_FILE cannot be read as JSON\. PORT /,
    ],
    ['no endpoints file', { ENDPOINTS_FILE: join(folder, 'canary.json') }, /ENDPOINTS_FILE cannot be read as JSON\.$/],
    [
      'an endpoints file with faults',
      { ENDPOINTS_FILE: file('faulty.json', '{"nothing.list":{},"accounts.list":{"path":"canary","colour":1}}') },
      /has 3 faults: ENDPOINTS_FILE: .*"nothing\.list" is no endpoint\..*"accounts\.list" has a bad path.*"accounts\.list" has an unknown field/,
    ],
  ])('with %s says so in one line and ends with 1', async (_name, env, sentence) => {
    const { code, stdout, stderr } = await start(env).ended
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr.trim()).toMatch(sentence)
    expect(stderr).toMatch(/\.\n$/)
    expect(stderr).not.toContain('canary')
  })

  test('whose port is taken says so in one line and ends with 1', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const PORT = String((other.address() as AddressInfo).port)
    const { code, stdout, stderr } = await start({ PORT, LOG_LEVEL: 'error' }).ended
    expect([code, stdout, stderr]).toEqual([
      1,
      '',
      'The configuration has a fault: PORT is taken: something else listens there.\n',
    ])
    other.close()
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s, whoever is still there', async (signal) => {
    const arrived = Promise.withResolvers<void>()
    const upstream = await startUpstream({
      'GET /accounts': () => {
        arrived.resolve()
        return undefined
      },
      'GET /currencies/rates': {
        body: [{ currencyCode: 'BTC', baseCurrencyCode: 'EUR', rate: '1', timestamp: '2026-03-10T14:27:31Z' }],
      },
    })
    const { child, listening, ended } = start({ ...upstream.env, SHUTDOWN_MS: '1000', LOG_LEVEL: 'error' })
    const { url, websocketUrl } = addressesIn(await listening)
    const client = connectClient(websocketUrl)
    const live = client.run('subscription { liveRate(currency: "BTC") { price } }')
    expect((await live.next())?.data.liveRate.price).toBe('1')
    const headers = { 'content-type': 'application/json' }
    const events = await fetch(url, {
      method: 'POST',
      headers: { ...headers, accept: 'text/event-stream' },
      body: '{"query":"subscription { liveRate(currency: \\"BTC\\") { price } }"}',
    })
    const stream = events.text().catch(() => undefined)
    const open = fetch(url, { method: 'POST', headers, body: '{"query":"{ accounts { id } }"}' }).catch(() => undefined)
    await arrived.promise
    // One that has been upgraded and never says another word, and one that was turned away and never hangs up.
    const mute = await holdUpgrade(url, '127.0.0.1')
    const stubborn = await holdUpgrade(url, 'evil.com')
    const idle = await openBytes(url)

    const began = performance.now()
    child.kill(signal)
    expect(await ended).toMatchObject({ code: 0, stderr: '' })
    expect(performance.now() - began).toBeLessThan(10_000)
    await Promise.all([open, stream, live.next().catch(() => undefined)])
    for (const socket of [mute, stubborn, idle]) socket.destroy()
    await client.close()
    await upstream.close()
  })

  // Its own expect: the global one does not know, among tests that run side by side, for which of them it polls.
  test('ends as soon as the request that is under way has its answer', async ({ expect }) => {
    const arrived = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<void>()
    const upstream = await startUpstream({
      'GET /currencies': async () => {
        arrived.resolve()
        await answer.promise
        return { body: [] }
      },
    })
    const { child, listening, ended } = start(upstream.env)
    const { url, healthUrl } = addressesIn(await listening)
    const headers = { 'content-type': 'application/json' }
    const asked = fetch(url, { method: 'POST', headers, body: '{"query":"{ currencies { code } }"}' })
    await arrived.promise
    child.kill('SIGTERM')
    // It has taken the signal in once it lets nobody in any more.
    await expect
      .poll(() =>
        fetch(healthUrl).then(
          () => 'open',
          () => 'closed',
        ),
      )
      .toBe('closed')
    answer.resolve()
    const began = performance.now()
    expect(await (await asked).json()).toEqual({ data: { currencies: [] } })
    expect((await ended).code).toBe(0)
    expect(performance.now() - began).toBeLessThan(3_000)
    await upstream.close()
  })

  test('told twice ends at once', async () => {
    const arrived = Promise.withResolvers<void>()
    const upstream = await startUpstream({
      'GET /accounts': () => {
        arrived.resolve()
        return undefined
      },
    })
    const { child, listening, ended } = start(upstream.env)
    const { url } = addressesIn(await listening)
    const open = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ accounts { id } }"}',
    }).catch(() => undefined)
    await arrived.promise
    child.kill('SIGTERM')
    child.kill('SIGINT')
    expect((await ended).code).toBe(1)
    await open
    await upstream.close()
  })

  test('is not ended by who breaks off while being turned away', async () => {
    const { child, listening, ended } = start({ LOG_LEVEL: 'error' })
    const { url, healthUrl } = addressesIn(await listening)
    for (let round = 0; round < 50; round += 1) {
      const socket = await openBytes(url)
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
      const [host, path] = round % 2 ? ['evil.com', '/graphql'] : ['127.0.0.1', '/nowhere']
      await new Promise<void>((resolve) => socket.write(upgradeRequest(host ?? '', path), () => resolve()))
      socket.resetAndDestroy()
      await closed
    }
    expect((await fetch(healthUrl)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0, stderr: '' })
  })
})

function upgradeRequest(host: string, path = '/graphql'): string {
  const lines = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
  ]
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines.join('\r\n')}\r\n\r\n`
}

/** A client that asks for a websocket, hears the answer, and never closes its side. */
async function holdUpgrade(url: string, host: string): Promise<ReturnType<typeof connect>> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  socket.on('error', () => undefined)
  socket.write(upgradeRequest(host))
  await new Promise<void>((resolve) => socket.once('data', () => resolve()))
  return socket
}

const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  const [, major] = /^v(\d+)/.exec(stdout ?? '') ?? []
  return major !== undefined && Number(major) < 24
})
if (oldNode === undefined)
  console.warn('SKIPPED: this machine has no Node older than 24 to be told what the gateway needs.')

describe.skipIf(oldNode === undefined)('an older Node', () => {
  test.each([
    ['the check by itself', ['src/need-node.mjs']],
    ['the gateway as npm starts it', ['--import', './src/need-node.mjs', 'src/main.ts']],
    ['the tests', ['--import', './src/need-node.mjs', 'node_modules/vitest/vitest.mjs', 'run']],
  ])('that runs %s is told in one sentence which one it takes', async (_name, args) => {
    const { code, stdout, stderr } = await start({}, { node: oldNode, args }).ended
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^The gateway needs Node 24 or newer and this is Node \d+\.\d+\.\d+: .*\.\n$/)
  })
})
