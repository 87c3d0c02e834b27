// The key pair behind the signed callbacks (merchant 6.3): made when it is first asked for, and kept as long as the sandbox.
import { generateKeyPairSync, type KeyPairKeyObjectResult, sign } from 'node:crypto'

export type CallbackKey = {
  /** SHA1withRSA, in base64. */
  sign(text: string): string
  /** PEM. */
  publicHalf(): string
}

export const publicKeyPath = '/files/merchant.public.pem'

export function createCallbackKey(): CallbackKey {
  let made: KeyPairKeyObjectResult | undefined
  const pair = (): KeyPairKeyObjectResult => (made ??= generateKeyPairSync('rsa', { modulusLength: 2048 }))
  return {
    sign: (text) => sign('sha1', Buffer.from(text), pair().privateKey).toString('base64'),
    publicHalf: () => pair().publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}
