// The control surface over HTTP, under `/__sandbox`; JSON in and out. `GET /__sandbox` lists what is below.
//
//   clock      GET /clock, POST /clock/advance {ms}, POST /clock/freeze, POST /clock/resume
//   latency    PUT /latency {ms, method?, path?, before?}, DELETE /latency
//   faults     GET /faults, POST /faults {kind, method?, path?, count?, status?, errorCode?, retryAfter?, execute?,
//              executeAfterMs?}, DELETE /faults
//   formats    GET /formats, PUT /formats {amounts?, ids?, dates?, lists?, errors?, externalIds?}
//   limits     GET /limits, PUT /limits {callsPerMinute?, burst?, retryAfter?}
//   access     POST /credentials {scopes?}, POST /tokens {scopes?, lifetimeSeconds?}, DELETE /tokens
//   prices     PUT /prices {currencyCode, price}, POST /prices/step {steps?}
//   requests   GET /requests, GET /requests/counts, GET /executions, DELETE /requests (both)
//   orders     POST /orders/open {preOrderId, payCurrencyCode?, payNetworkCode?}, POST /orders/receive {id, amount?},
//              POST /orders/move {id, status}
//   callbacks  GET /callbacks/form?id=… (text: the signed form of that order)
//   deposits   POST /deposits/move {id, status}, POST /crypto-deposits {currencyCode, amount, networkCode?}
//   money out  POST /withdrawals/move {id, status}, POST /purchases/move {id, status}
//   exports    GET /exports, PUT /exports {rows}
//   the rest   GET /ledger, POST /reset
//
// A `path` is below the API's base path: `/accounts`, a template `/accounts/{accountId}`, or a beginning `/exchanges*`.
// Calls to the control surface are neither counted nor limited. A web page must not drive it, so a foreign Host or any
// Origin is refused.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseForm, readBody } from './body.ts'
import type { Control } from './control.ts'
import { ControlFault } from './control-fault.ts'
import type { Coins } from './control-wallet.ts'
import type { DepositEnding } from './deposit-desk.ts'
import type { Fault } from './faults.ts'
import type { Delay } from './latency.ts'
import type { PurchaseStatus } from './gift-card-shop.ts'
import type { OrderStatus } from './order-courses.ts'
import type { PayoutEnding } from './payouts.ts'

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
  ['GET /executions', (control) => control.executions()],
  ['DELETE /requests', ({ requests }) => requests.clear()],
  ['POST /orders/open', ({ orders }, { preOrderId, ...coin }) => ({ id: orders.open(String(preOrderId), coin) })],
  ['POST /orders/receive', ({ orders }, { id, amount }) => orders.receive(String(id), amountOf(amount))],
  ['POST /orders/move', ({ orders }, { id, status }) => orders.move(String(id), String(status) as OrderStatus)],
  ['GET /callbacks/form', ({ callbacks }, { id }) => callbacks.formBody(String(id))],
  ['POST /deposits/move', ({ deposits }, order) => deposits.move(...moveOf<'PENDING' | DepositEnding>(order))],
  ['POST /crypto-deposits', ({ cryptoDeposits }, order) => ({ depositId: cryptoDeposits.arrive(order as Coins) })],
  ['POST /withdrawals/move', ({ withdrawals }, order) => withdrawals.move(...moveOf<'PENDING' | PayoutEnding>(order))],
  ['POST /purchases/move', ({ purchases }, order) => purchases.move(...moveOf<PurchaseStatus>(order))],
  ['GET /exports', (control) => control.exports.get()],
  ['PUT /exports', (control, { rows }) => control.exports.setRows(rows == null ? undefined : Number(rows))],
  ['GET /ledger', ({ ledger }) => ({ problems: ledger.problems() })],
  ['POST /reset', (control) => control.reset()],
]

export async function handleControl(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = (status: number, value: unknown): void => {
    const [type, text] = typeof value === 'string' ? ['text/plain', value] : ['application/json', JSON.stringify(value)]
    response.writeHead(status, { 'content-type': type }).end(text)
  }
  if (!isLocal(request)) return answer(403, { error: 'Only programs on this machine may control the sandbox.' })
  const [path = '', query = ''] = (request.url ?? '').slice(controlPath.length).split('?')
  const route = routes.find(([name]) => name === `${request.method} ${path}`)
  if (route === undefined) return answer(404, { error: `GET ${controlPath} lists what there is.` })
  try {
    const order = { ...Object.fromEntries(parseForm(query)), ...orderOf(await readBody(request)) }
    return answer(200, route[1](control, order) ?? { done: true })
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

function moveOf<Status extends string>({ id, status }: Order): [id: string, status: Status] {
  return [String(id), String(status) as Status]
}

function amountOf(amount: unknown): string | undefined {
  if (amount === undefined) return undefined
  return typeof amount === 'string' || typeof amount === 'number' ? String(amount) : ''
}
