// The upstream of the benchmark: 50 rates, all of which change at each poll.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BASE, CODES, quotesOf } from './events.ts'

export interface Upstream {
  readonly url: string
  /** How often it was asked for anything but a token. */
  calls(): number
  close(): void
}

export async function startUpstream(): Promise<Upstream> {
  let calls = 0
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.method === 'GET') calls += 1
    response.end(JSON.stringify(request.method === 'GET' ? ratesAt(calls) : TOKEN))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/public`,
    calls: () => calls,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const TOKEN = { access_token: 'token', token_type: 'bearer', expires_in: 3600 }

function ratesAt(tick: number): readonly object[] {
  return quotesOf(tick).map(({ price, asOf }, index) => ({
    currencyCode: CODES[index],
    baseCurrencyCode: BASE,
    rate: price,
    change24h: '0.5',
    timestamp: asOf,
  }))
}
