// The control surface over HTTP, under `/__sandbox`; JSON in and out. `GET /__sandbox` lists what is below.
//
//   clock      GET /clock, POST /clock/advance {ms}, POST /clock/freeze, POST /clock/resume
//   latency    PUT /latency {ms, method?, path?, before?}, DELETE /latency
//   faults     GET /faults, POST /faults {kind, method?, path?, count?, status?, errorCode?, retryAfter?, execute?}, DELETE /faults
//   formats    GET /formats, PUT /formats {amounts?, ids?, dates?, lists?, errors?}
//   limits     GET /limits, PUT /limits {callsPerMinute?, burst?, retryAfter?}
//   access     POST /credentials {scopes?}, POST /tokens {scopes?, lifetimeSeconds?}, DELETE /tokens
//   prices     PUT /prices {currencyCode, price}, POST /prices/step {steps?}
//   requests   GET /requests, GET /requests/counts, DELETE /requests
//   the rest   GET /ledger, POST /reset
//
// A `path` is below the API's base path: `/accounts`, a template `/accounts/{accountId}`, or a beginning `/exchanges*`.
// Calls to the control surface are neither counted nor limited. A web page must not drive it, so a foreign Host or any
// Origin is refused.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from './body.ts'
import { type Control, ControlFault } from './control.ts'
import type { Fault } from './faults.ts'
import type { Delay } from './latency.ts'

type Order = Readonly<Record<string, unknown>>

type ControlRoute = readonly [name: string, run: (control: Control, order: Order) => unknown]

export const controlPath = '/__sandbox'

// What an order must be is checked by the control's own functions; here only what would not reach them as a value.
const routes: readonly ControlRoute[] = [
  ['GET ', () => ({ routes: routes.map(([name]) => name.replace(' ', ` ${controlPath}`)) })],
  ['GET /clock', ({ clock }) => ({ now: clock.now() })],
  ['POST /clock/advance', ({ clock }, { ms }) => clock.advance(Number(ms))],
  ['POST /clock/freeze', ({ clock }) => clock.freeze()],
  ['POST /clock/resume', ({ clock }) => clock.resume()],
  ['PUT /latency', ({ latency }, order) => latency.set(order as Delay)],
  ['DELETE /latency', ({ latency }) => latency.clear()],
  ['GET /faults', ({ faults }) => faults.list()],
  ['POST /faults', ({ faults }, order) => faults.add(order as Fault)],
  ['DELETE /faults', ({ faults }) => faults.clear()],
  ['GET /formats', ({ formats }) => formats.get()],
  ['PUT /formats', ({ formats }, order) => formats.set(order)],
  ['GET /limits', ({ limits }) => limits.get()],
  ['PUT /limits', ({ limits }, order) => limits.set(order)],
  ['POST /credentials', ({ credentials }, { scopes }) => credentials.create(listOf(scopes))],
  [
    'POST /tokens',
    ({ tokens }, { scopes, lifetimeSeconds }) => {
      const lifetime = lifetimeSeconds === undefined ? undefined : Number(lifetimeSeconds)
      return { accessToken: tokens.create(listOf(scopes), lifetime) }
    },
  ],
  ['DELETE /tokens', ({ tokens }) => tokens.revoke()],
  ['PUT /prices', ({ prices }, { currencyCode, price }) => prices.set(String(currencyCode), String(price))],
  ['POST /prices/step', ({ prices }, { steps }) => prices.step(steps === undefined ? undefined : Number(steps))],
  ['GET /requests', ({ requests }) => requests.list()],
  ['GET /requests/counts', ({ requests }) => requests.counts()],
  ['DELETE /requests', ({ requests }) => requests.clear()],
  ['GET /ledger', ({ ledger }) => ({ problems: ledger.problems() })],
  ['POST /reset', (control) => control.reset()],
]

export async function handleControl(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
  if (!isLocal(request)) return answer(403, { error: 'Only programs on this machine may control the sandbox.' })
  const [path = ''] = (request.url ?? '').slice(controlPath.length).split('?')
  const route = routes.find(([name]) => name === `${request.method} ${path}`)
  if (route === undefined) return answer(404, { error: `GET ${controlPath} lists what there is.` })
  try {
    return answer(200, route[1](control, orderOf(await readBody(request))) ?? { done: true })
  } catch (fault) {
    if (fault instanceof ControlFault) return answer(400, { error: fault.message })
    throw fault
  }
}

function isLocal({ headers }: IncomingMessage): boolean {
  const host = headers.host?.replace(/:\d+$/, '')
  return headers.origin === undefined && (host === '127.0.0.1' || host === 'localhost' || host === '[::1]')
}

function orderOf(text: string): Order {
  const value = text === '' ? {} : parse(text)
  if (typeof value !== 'object' || value === null) throw new ControlFault('The body is no JSON object.')
  return value as Order
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ControlFault('The body is no JSON.')
  }
}

function listOf(scopes: unknown): string[] | undefined {
  return Array.isArray(scopes) ? scopes.map(String) : undefined
}
