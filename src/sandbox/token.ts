// The token endpoint (wallet 3.1), with OAuth's own error bodies.
import type { ApiAnswer, ApiRequest } from './api.ts'
import { parseForm } from './body.ts'
import type { Credentials } from './credentials.ts'

export function answerToken({ method, contentType, body }: ApiRequest, credentials: Credentials): ApiAnswer {
  if (method !== 'POST') return answer(405, { error: 'method not allowed' }, { allow: 'POST' })
  // Form-encoded only, unlike all other POSTs; in any other form the fields are missing.
  const isForm = contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true
  const form = parseForm(isForm ? body : '')
  const [clientId, clientSecret] = [form.get('client_id'), form.get('client_secret')]
  if (!clientId || !clientSecret) return answer(400, { error: 'invalid_client' })
  if (form.get('grant_type') !== 'client_credentials') return answer(400, { error: 'unsupported_grant_type' })
  const credential = credentials.find(clientId, clientSecret)
  if (credential === undefined) {
    return answer(401, { error: 'invalid_client', error_description: 'Bad client credentials' })
  }
  const { token, scopes, lifetimeSeconds } = credentials.grant(credential)
  return answer(200, {
    access_token: token,
    token_type: 'bearer',
    expires_in: lifetimeSeconds,
    scope: scopes.join(' '),
  })
}

function answer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): ApiAnswer {
  const caching = { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-store' }
  return { status, headers: { ...caching, ...headers }, body: JSON.stringify(body) }
}
