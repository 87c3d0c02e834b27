// A plain HTTP caller of a sandbox, for its tests.
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts'

export type Answer = { readonly status: number; readonly headers: Headers; readonly text: string; readonly body: Body }

/** Parsed JSON with each number as its digits: what a float would do to an amount must not hide here. */
export type Body = any // oxlint-disable-line typescript/no-explicit-any -- tests look into it freely

export type Caller = {
  readonly sandbox: Sandbox
  readonly control: Sandbox['control']
  get(path: string, token?: string | null): Promise<Answer>
  post(path: string, body: object | string, contentType?: string): Promise<Answer>
  token(clientId?: string, clientSecret?: string): Promise<Answer>
}

export async function startCaller(options: SandboxOptions = {}): Promise<Caller> {
  const sandbox = await startSandbox(options)
  let own = sandbox.control.tokens.create()

  async function call(path: string, init: RequestInit, token: string | null = own): Promise<Answer> {
    const headers = new Headers(init.headers)
    if (token !== null) headers.set('authorization', `Bearer ${token}`)
    const response = await fetch(sandbox.url + path, { ...init, headers, redirect: 'manual' })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: parse(text) }
  }

  return {
    sandbox,
    control: {
      ...sandbox.control,
      reset() {
        sandbox.control.reset()
        own = sandbox.control.tokens.create()
      },
    },
    get: (path, token) => call(path, {}, token),
    post(path, body, contentType = 'application/json') {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return call(path, { method: 'POST', body: text, headers: { 'content-type': contentType } })
    },
    token(clientId = sandbox.clientId, clientSecret = sandbox.clientSecret) {
      const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
      return call('/oauth/token', { method: 'POST', body: new URLSearchParams(form) }, null)
    },
  }
}

function parse(text: string): unknown {
  const exact = JSON.parse as (
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ) => unknown
  try {
    return exact(text, (_, value, { source }) => (typeof value === 'number' ? source : value))
  } catch {
    return undefined
  }
}
