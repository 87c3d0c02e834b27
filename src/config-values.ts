// How the values of single variables are read: what they may be, and the fault where they are not.
import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { KeyObject } from 'node:crypto'

/** The value of a variable; undefined where it is empty or not set. */
export type Get = (name: string) => string | undefined
/** Notes a fault, by the variable's name and never by its value. */
export type Fault = (text: string) => undefined

export function readUrl(name: string, get: Get, fault: Fault): URL | undefined {
  const text = get(name)
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  return fault(`${name} must be a URL that begins with https:// or http://.`)
}

export function readKey(name: string, get: Get, fault: Fault): KeyObject | undefined {
  const file = get(name)
  if (file === undefined) return undefined
  try {
    const pem = readFileSync(file, 'utf8')
    // Node would take the public half of a private key, which has no business here.
    const key = pem.includes('PRIVATE KEY') ? undefined : createPublicKey(pem)
    if (key?.asymmetricKeyType === 'rsa') return key
  } catch {
    // Unreadable and no key are told alike.
  }
  return fault(`${name} must name a file that holds an RSA public key as PEM.`)
}

export function readInteger(name: string, get: Get, fallback: number, min: number, max: number, fault: Fault): number {
  const text = get(name)
  if (text === undefined) return fallback
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  fault(`${name} must be a whole number from ${min} to ${max}.`)
  return fallback
}

/** The same where nothing stands for its absence. */
export function readOptional(name: string, get: Get, min: number, max: number, fault: Fault): number | undefined {
  return get(name) === undefined ? undefined : readInteger(name, get, min, min, max, fault)
}

/** A list of origins, as browsers write them. */
export function readOrigins(name: string, get: Get, fault: Fault): readonly string[] {
  const origins = (get(name) ?? '').split(',').flatMap((each) => each.trim() || [])
  if (origins.some((each) => URL.parse(each)?.origin !== each || !/^https?:[^*]+$/.test(each)))
    fault(`${name} must list origins as browsers write them, e.g. https://shop.example.com, with commas between them.`)
  return origins
}

export function readFlag(name: string, get: Get, fallback: boolean, fault: Fault): boolean {
  const text = get(name)
  if (text === undefined) return fallback
  if (text !== 'true' && text !== 'false') fault(`${name} must be true or false.`)
  return text === 'true'
}

export function readChoice<T extends string>(
  name: string,
  get: Get,
  choices: readonly T[],
  fallback: T,
  fault: Fault,
): T {
  const text = get(name)
  if (text === undefined) return fallback
  const choice = choices.find((each) => each === text.toLowerCase())
  if (choice === undefined) fault(`${name} must be one of ${choices.join(', ')}.`)
  return choice ?? fallback
}
