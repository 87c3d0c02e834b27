// Callbacks that come in: what they are about, and whether SpectroCoin has signed them.
import { createPublicKey } from 'node:crypto'
import { createKept } from '../store/kept.ts'
import { parseCallbackForm, verifyCallbackForm } from './callback-form.ts'
import { id, misfit, must, source } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { failureOf, named } from './failures.ts'
import { parseJson } from './json.ts'
import type { KeyObject } from 'node:crypto'
import type { Agent } from './agent.ts'
import type { CallbackForm } from './callback-form.ts'

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
  readonly agent: Agent
  readonly endpoints: typeof callbackEndpoints
  /** The pinned key; undefined: it is fetched when it is first wanted, and kept. */
  readonly key: KeyObject | undefined
  readonly timeoutMs: number
}

export function createCallbacks({ agent, endpoints, key: pinned, timeoutMs }: CallbacksOptions): Callbacks {
  const kept = createKept<KeyObject>(Number.POSITIVE_INFINITY)
  const fetchKey = async (): Promise<KeyObject> => {
    const { method, path, name } = endpoints.publicKey
    const answer = await agent.send({ method, path, headers: { accept: '*/*' }, timeoutMs, fromOrigin: true })
    if (answer.status !== 200) throw failureOf(endpoints.publicKey, answer)
    const key = publicKeyOf(answer.text)
    if (!key) throw misfit(name, 'is no RSA key')
    return key
  }
  return {
    readHint(body) {
      try {
        const from = source({ json: parseJson(body), strange: () => {} }, 'callback')
        return { id: must(from, id, 'id'), projectId: must(from, id, 'merchantApiId') }
      } catch {
        return undefined // Whoever sends it is not known, and neither is a better answer.
      }
    },
    async readForm(body) {
      const fields = parseCallbackForm(body)
      if (!fields) return 'malformed'
      return verifyCallbackForm(fields, pinned ?? (await kept(() => named(endpoints.publicKey, fetchKey)))) ?? 'forged'
    },
  }
}

/** The RSA key of a PEM text; undefined where it holds none. */
function publicKeyOf(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem)
    return key.asymmetricKeyType === 'rsa' ? key : undefined
  } catch {
    return undefined
  }
}
