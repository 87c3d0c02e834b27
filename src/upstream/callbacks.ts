// Callbacks that come in: what they are about, and whether SpectroCoin has signed them.
import { createPublicKey } from 'node:crypto'
import { parseCallbackForm, verifyCallbackForm } from './callback-form.ts'
import { id, misfit, must, NOBODY_TOLD, source } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { failureOf, named } from './failures.ts'
import { parseJson } from './json.ts'
import type { KeyObject } from 'node:crypto'
import type { HttpRequest } from './agent.ts'
import type { CallbackForm } from './callback-form.ts'
import type { Told } from './decode.ts'
import type { Endpoint } from './endpoint.ts'
import type { Answer } from './failures.ts'
import type { Policy } from './policy.ts'

export const callbackEndpoints = defineEndpoints('callbacks', {
  publicKey: {
    does: "gives the public key of the older callbacks' signature, at the origin and not below the base URL",
    method: 'GET',
    path: '/files/merchant.public.pem',
    scope: null,
    safety: 'read',
    pathFrom: 'client',
    answerFrom: 'client',
  },
})

/** What a callback is about: an order by the system's id. Nothing of it is signed, so that it is a hint and no more. */
export interface CallbackHint {
  readonly id: string
  readonly projectId: string
}

export interface Callbacks {
  /** The newer form, JSON (merchant 6.2); undefined where it is none. */
  readHint(body: string): CallbackHint | undefined
  /** The older form. Throws a GatewayError where the key cannot be had; the next one tries again. */
  readForm(body: string): Promise<CallbackForm | 'malformed' | 'forged'>
}

export interface CallbacksOptions {
  readonly send: (request: HttpRequest) => Promise<Answer>
  readonly endpoint: Endpoint
  /** The pinned key; undefined: it is fetched when it is first wanted, and kept. */
  readonly key: KeyObject | undefined
  readonly policy: Pick<Policy, 'timeoutMs' | 'firstByteMs'>
  readonly told: Told
}

export function createCallbacks({ send, endpoint, key: pinned, policy, told }: CallbacksOptions): Callbacks {
  let fetched: Promise<KeyObject> | undefined
  const fetchKey = async (): Promise<KeyObject> => {
    const { method, path } = endpoint
    const { timeoutMs, firstByteMs } = policy
    const headers = { accept: '*/*' }
    const answer = await send({ method, path, headers, timeoutMs, firstByteMs, fromOrigin: true })
    if (answer.status !== 200) throw failureOf(endpoint, answer)
    const key = publicKeyOf(answer.body)
    if (!key) throw misfit(told, 'body', 'is no RSA key')
    return key
  }
  /** By one of those who want it at once, and for good; where it cannot be had, the next one tries again. */
  const publicKey = (): Promise<KeyObject> =>
    (fetched ??= named(endpoint, fetchKey).catch((error: unknown) => {
      fetched = undefined
      throw error
    }))
  return {
    readHint(body) {
      try {
        const from = source({ json: parseJson(Buffer.from(body)), told: NOBODY_TOLD }, 'callback')
        return { id: must(from, id, 'id'), projectId: must(from, id, 'merchantApiId') }
      } catch {
        return undefined // Whoever sends it is not known, and neither is a better answer.
      }
    },
    async readForm(body) {
      const fields = parseCallbackForm(body)
      if (!fields) return 'malformed'
      return verifyCallbackForm(fields, pinned ?? (await publicKey())) ?? 'forged'
    },
  }
}

/** The RSA key of a PEM text; undefined where it holds none. */
function publicKeyOf(pem: Buffer): KeyObject | undefined {
  try {
    const key = createPublicKey(pem)
    return key.asymmetricKeyType === 'rsa' ? key : undefined
  } catch {
    return undefined
  }
}
