// Merchant callbacks of the older form, signed as the contract says, by a sender who shares no code with the gateway.
import { createSign, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export interface Signer {
  readonly privateKey: KeyObject
  /** The public half as PEM. */
  readonly pem: string
}

export function createSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() }
}

export type Fields = Readonly<Record<string, string>>

/** All fields of today's callbacks but the signature. */
export const fields = (more: Fields = {}): Fields => ({
  userId: '3a1e5f5e-8a35-4a0b-9d8e-0f3d8c1b7a11',
  merchantApiId: 'J1',
  merchantId: '1300001',
  apiId: '105001',
  orderId: '7055-9f3c1a',
  payCurrency: 'BTC',
  payAmount: '0.00061234',
  receiveCurrency: 'EUR',
  receiveAmount: '49.9',
  receivedAmount: '0.00061234',
  description: 'Order #7055',
  orderRequestId: '14790001',
  status: '3',
  ...more,
})

export const SIGNED =
  'merchantId apiId orderId payCurrency payAmount receiveCurrency receiveAmount receivedAmount description orderRequestId status'.split(
    ' ',
  )

/** Form encoding as Java's URLEncoder does it: letters, digits and `.-*_` stay, a space is `+`, all else is percent-encoded. */
export function javaEncode(value: string): string {
  return [...Buffer.from(value)]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      if (/[A-Za-z0-9.*_-]/.test(character)) return character
      return character === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

/** As PHP does it: `*` is encoded, and so is `~`. */
export function phpEncode(value: string): string {
  return javaEncode(value).replaceAll('*', '%2A')
}

/** As Python does it: `*` is encoded, `~` is not. */
export function pythonEncode(value: string): string {
  return phpEncode(value).replaceAll('%7E', '~')
}

/** The text that is signed. */
export function signedText(of: Fields, encode = javaEncode): string {
  return SIGNED.map((name) => `${name}=${encode(of[name] ?? '')}`).join('&')
}

export function sign(text: string, { privateKey }: Signer): string {
  return createSign('RSA-SHA1').update(text).sign(privateKey, 'base64')
}

/** A body: the fields, and the signature of the same or of other ones. */
export function formBody(sent: Fields, signature: string, encode = javaEncode): string {
  return Object.entries({ ...sent, sign: signature })
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join('&')
}
