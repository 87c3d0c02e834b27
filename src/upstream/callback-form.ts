// The older form of a merchant callback: form-encoded, signed with RSA and SHA-1 (merchant 6.3).
import { verify } from 'node:crypto'
import { canonical, compare, isDecimal } from '../decimal.ts'
import type { KeyObject } from 'node:crypto'

/** What a callback is about: the merchant's own word for the order, and the project. Its status is only a hint, like all else in it. */
export interface CallbackForm {
  readonly orderId: string
  readonly projectId: string
}

/** The fields that are signed, in the order of the signature. */
const SIGNED = [
  'merchantId',
  'apiId',
  'orderId',
  'payCurrency',
  'payAmount',
  'receiveCurrency',
  'receiveAmount',
  'receivedAmount',
  'description',
  'orderRequestId',
  'status',
] as const

/** Those that must be there, if only empty; `userId` and `merchantApiId` are not signed. */
export const FIELDS = ['userId', 'merchantApiId', ...SIGNED, 'sign'] as const
type Field = (typeof FIELDS)[number]

const MAY_BE_EMPTY: ReadonlySet<Field> = new Set(['description'])
const AMOUNTS: ReadonlySet<string> = new Set(['payAmount', 'receiveAmount', 'receivedAmount'])

/** Takes a body apart; undefined where it is no such callback. */
export function parseCallbackForm(body: string): ReadonlyMap<Field, Received> | undefined {
  const fields = new Map<string, Received>()
  for (const pair of body.split('&')) {
    const at = pair.indexOf('=')
    const name = decode(pair.slice(0, at))
    const value = decode(pair.slice(at + 1))
    if (at < 0 || name === undefined || value === undefined || fields.has(name)) return undefined
    fields.set(name, { encoded: pair.slice(at + 1), value })
  }
  const whole = FIELDS.every((name) => {
    const found = fields.get(name)
    return found !== undefined && (found.value !== '' || MAY_BE_EMPTY.has(name))
  })
  return whole ? (fields as ReadonlyMap<string, Received> as ReadonlyMap<Field, Received>) : undefined
}

interface Received {
  /** As it came. */
  readonly encoded: string
  readonly value: string
}

/** What the callback is about, where the signature is SpectroCoin's; undefined otherwise. */
export function verifyCallbackForm(fields: ReadonlyMap<Field, Received>, key: KeyObject): CallbackForm | undefined {
  const valueOf = (name: Field): string => fields.get(name)?.value ?? ''
  const signature = Buffer.from(valueOf('sign'), 'base64')
  // Base64 has spellings that mean the same; an altered one is altered.
  if (signature.toString('base64') !== valueOf('sign')) return undefined
  const spellings = [asReceived, inJavaForm, reformatted]
  const signed = (spell: Spelling): string =>
    SIGNED.map((name) => `${name}=${spell(name, fields.get(name) as Received)}`).join('&')
  const isGood = spellings.some((spell) => verify('RSA-SHA1', Buffer.from(signed(spell)), key, signature))
  return isGood ? { orderId: valueOf('orderId'), projectId: valueOf('merchantApiId') } : undefined
}

type Spelling = (name: string, received: Received) => string

const asReceived: Spelling = (_, { encoded }) => encoded

const inJavaForm: Spelling = (_, { value }) => javaForm(value)

/** Amounts with one to eight places and no zeros behind them (10 is 10.0), where that is the same number. */
const reformatted: Spelling = (name, { value }) => {
  if (!AMOUNTS.has(name) || !isDecimal(value)) return javaForm(value)
  const [whole = '', places = ''] = canonical(value).split('.')
  const amount = `${whole}.${places.slice(0, 8) || '0'}`
  return javaForm(compare(amount, value) === 0 ? amount : value)
}

/** Form encoding as Java does it, which the server is written in: `*` stays, `~` becomes %7E, a space becomes `+`. JavaScript does the same. */
function javaForm(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1)
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined // A stray "%": no form encoding.
  }
}
