// The older merchant callback's signature: what SpectroCoin has signed passes, whatever its spelling, and nothing else does.
import { createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCallbackForm, verifyCallbackForm } from '../src/upstream/callback-form.ts'
import {
  createSigner,
  fields,
  formBody,
  javaEncode,
  phpEncode,
  pythonEncode,
  sign,
  SIGNED,
  signedText,
} from './support/callbacks.ts'
import type { CallbackForm } from '../src/upstream/callback-form.ts'
import type { Fields } from './support/callbacks.ts'

const signer = createSigner()
const key = createPublicKey(signer.pem)

function read(body: string): CallbackForm | 'malformed' | 'forged' {
  const parsed = parseCallbackForm(body)
  return parsed ? (verifyCallbackForm(parsed, key) ?? 'forged') : 'malformed'
}
const good = (of: Fields): string => formBody(of, sign(signedText(of), signer))
const PASSED = { orderId: '7055-9f3c1a', projectId: 'J1' }

describe('a signed callback passes', () => {
  test('as SpectroCoin signs and sends it', () => {
    expect(read(good(fields()))).toEqual(PASSED)
  })

  test.each(['a*b~c d', '*', '~', ' ', '', '+', '%', 'ąžuolas 🌳', 'a&b=c', '100%+*~'])(
    'with the description "%s"',
    (description) => {
      expect(read(good(fields({ description })))).toEqual(PASSED)
    },
  )

  test.each([
    ['PHP', phpEncode],
    ['Python', pythonEncode],
  ])('sent in the spelling of %s and signed in that of Java', (_, encode) => {
    const sent = fields({ description: 'a*b~c d' })
    expect(read(formBody(sent, sign(signedText(sent, javaEncode), signer), encode))).toEqual(PASSED)
  })

  test.each([
    ['PHP', phpEncode],
    ['Python', pythonEncode],
  ])('sent and signed in the spelling of %s: the text is verified as it was received', (_, encode) => {
    const sent = fields({ description: 'a*b~c d' })
    expect(read(formBody(sent, sign(signedText(sent, encode), signer), encode))).toEqual(PASSED)
  })

  test.each([
    ['10', '10.0'],
    ['49.90', '49.9'],
    ['0', '0.0'],
    ['0.00061234', '0.00061234'],
    ['12.00000000000', '12.0'],
  ])('with an amount sent as %s and signed as %s, which is the same number', (receiveAmount, signedAs) => {
    const signature = sign(signedText(fields({ receiveAmount: signedAs })), signer)
    expect(read(formBody(fields({ receiveAmount }), signature))).toEqual(PASSED)
  })

  test('sent in another spelling, with an amount that was signed as it stands and not as it should be written', () => {
    const sent = fields({ description: 'a*b~c d', receiveAmount: '49.90', payAmount: '10' })
    expect(read(formBody(sent, sign(signedText(sent, javaEncode), signer), phpEncode))).toEqual(PASSED)
  })

  test('in whichever order its fields come, and with others beside them', () => {
    const body = good(fields())
    expect(read(`more=1&${body.split('&').reverse().join('&')}`)).toEqual(PASSED)
  })

  test('whatever its texts are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ minLength: 1, unit: 'binary' }),
        (description, orderId) => {
          const sent = fields({ description, orderId })
          expect(read(good(sent))).toEqual({ orderId, projectId: 'J1' })
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('a callback is refused', () => {
  test.each(SIGNED)('with one byte of %s altered', (name) => {
    const sent = fields()
    const value = sent[name] ?? ''
    const signature = sign(signedText(sent), signer)
    for (let at = 0; at < value.length; at += 1) {
      for (const byte of ['0', '9', 'x', ' ', '*']) {
        const altered = value.slice(0, at) + byte + value.slice(at + 1)
        if (altered !== value)
          expect([altered, read(formBody({ ...sent, [name]: altered }, signature))]).toEqual([altered, 'forged'])
      }
    }
  })

  test('with one byte of the signature altered, its last ones too, which decode alike', () => {
    const sent = fields()
    const signature = sign(signedText(sent), signer)
    for (let at = 0; at < signature.length; at += 1) {
      const altered = signature.slice(0, at) + (signature[at] === 'A' ? 'B' : 'A') + signature.slice(at + 1)
      expect(read(formBody(sent, altered))).toBe('forged')
    }
    for (const altered of ['', ' ', `${signature}=`, `${signature} `, signature.replace(/=+$/, '')])
      expect(read(formBody(sent, altered))).not.toEqual(PASSED)
  })

  test.each([...SIGNED, 'userId', 'merchantApiId', 'sign'])('without %s', (name) => {
    const pairs = good(fields())
      .split('&')
      .filter((pair) => !pair.startsWith(`${name}=`))
    expect(pairs).toHaveLength(13)
    expect(read(pairs.join('&'))).toBe('malformed')
  })

  test('with a field given twice', () => {
    const body = good(fields())
    for (const name of [...SIGNED, 'userId', 'merchantApiId', 'sign'])
      expect(read(`${body}&${name}=1`)).toBe('malformed')
  })

  test('with the signature of another order', () => {
    const other = fields({ orderId: '7056-000000', orderRequestId: '14790002' })
    expect(read(formBody(fields(), sign(signedText(other), signer)))).toBe('forged')
  })

  test('with the signature of another key', () => {
    expect(read(formBody(fields(), sign(signedText(fields()), createSigner())))).toBe('forged')
  })

  test('with an amount that is another number once it is cut to eight places', () => {
    const signature = sign(signedText(fields({ payAmount: '0.00061234' })), signer)
    expect(read(formBody(fields({ payAmount: '0.000612341' }), signature))).toBe('forged')
  })

  test.each(['', '&', '=', 'a', 'a=%', 'a=%zz', '{"id":"O1"}', 'orderId=1&orderId=2'])('that reads "%s"', (body) => {
    expect(read(body)).toBe('malformed')
  })

  test('whatever the bytes', () => {
    fc.assert(
      fc.property(fc.string(), (body) => {
        expect(read(body)).toBe('malformed')
      }),
    )
  })
})
