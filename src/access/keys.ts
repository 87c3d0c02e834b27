// The keys of a gateway: what a file of them may hold, and whose key a presented text is.
import { createHash, hash, randomBytes } from 'node:crypto'
import { isRecord, parseJson } from './json.ts'

/** A row of the file. */
export interface Key {
  readonly name: string
  readonly sha256: Buffer
  readonly scopes: readonly string[]
  /** The only web pages that may present it; undefined: any. */
  readonly origins: readonly string[] | undefined
  /** Milliseconds of the epoch; undefined: never. Whoever uses a key looks at it. */
  readonly expiresAt: number | undefined
  /** Whether it may run documents that are not on the trusted list. */
  readonly adhoc: boolean
}

export interface Keys {
  readonly keys: readonly Key[]
  /** Sentences that name a key by its place in the file, and hold no value of it. With any of them there are no keys. */
  readonly faults: readonly string[]
}

export interface Keyring {
  /** Takes these keys in place of those before. A row that says the same as before stays the same object. */
  replace(keys: readonly Key[]): void
  /** The row of a presented key, whether it has expired or not. */
  find(presented: string): Key | undefined
  /** The row of a name. */
  named(name: string): Key | undefined
  /** Whether this row is still there, unchanged. */
  holds(key: Key): boolean
}

export const MOST_KEYS = 10_000

const FIELDS = ['name', 'sha256', 'scopes', 'origins', 'expiresAt', 'adhoc']

/**
 * Reads `{"keys": [{name, sha256, scopes, origins?, expiresAt?, adhoc?}]}`. An empty text and `{}` are no keys. `known`: the scopes that
 * exist.
 */
export function parseKeys(text: string, known: readonly string[]): Keys {
  const rows = rowsOf(text)
  if (!rows) return { keys: [], faults: ['it must hold JSON of the form {"keys": [...]} and nothing else.'] }
  if (rows.length > MOST_KEYS) return { keys: [], faults: [`it has more than ${MOST_KEYS} keys.`] }
  const parsed = rows.map((row) => readRow(row, known))
  const faults = parsed.flatMap((each, index) => each.faults.map((fault) => `key ${index + 1}: ${fault}`))
  const keys = parsed.flatMap(({ key }) => key ?? [])
  if (faults.length === 0) faults.push(...doubles(keys))
  return faults.length === 0 ? { keys, faults } : { keys: [], faults }
}

export function createKeyring(): Keyring {
  let rows = new Map<string, Key>()
  let held = new Set<Key>()
  let found = new Map<string, Key>()
  // What a key is looked up by means nothing outside of this process, so that the time which that takes says nothing of any key.
  const salt = randomBytes(32).toString('hex')
  const placeOf = (sha256: string): string => hash('sha256', `${salt}${sha256}`, 'base64')
  return {
    replace(keys) {
      const known = rows
      rows = new Map(
        keys.map((key) => {
          const said = JSON.stringify(key)
          return [said, known.get(said) ?? key]
        }),
      )
      held = new Set(rows.values())
      found = new Map([...held].map((key) => [placeOf(key.sha256.toString('hex')), key]))
    },
    find: (presented) => found.get(placeOf(hash('sha256', presented, 'hex'))),
    named: (name) => held.values().find((key) => key.name === name),
    holds: (key) => held.has(key),
  }
}

export function hashKey(presented: string): Buffer {
  return createHash('sha256').update(presented).digest()
}

/** The rows as they are written; undefined where the text has another form. */
function rowsOf(text: string): readonly unknown[] | undefined {
  if (text.trim() === '') return []
  const file = parseJson(text)
  if (!isRecord(file) || Object.keys(file).some((name) => name !== 'keys')) return undefined
  const rows = Object.hasOwn(file, 'keys') ? file['keys'] : []
  return Array.isArray(rows) ? rows : undefined
}

function readRow(row: unknown, known: readonly string[]): { key?: Key; faults: readonly string[] } {
  if (!isRecord(row)) return { faults: ['it must be an object.'] }
  const faults: string[] = []
  const fault = (text: string): undefined => void faults.push(text)
  if (Object.keys(row).some((name) => !FIELDS.includes(name)))
    fault(`it has a field that is none of ${FIELDS.join(', ')}.`)
  // What is inherited is not said by the file.
  const own = new Map(Object.entries(row))
  const name = readName(own.get('name')) ?? fault('name must be 1 to 64 letters, digits, ".", "_" or "-".')
  const sha256 = readHash(own.get('sha256')) ?? fault('sha256 must be 64 hexadecimal digits.')
  const scopes =
    readList(own.get('scopes'), (each) => known.includes(each)) ??
    fault('scopes must be a list of scopes, all of them known.')
  const origins = own.has('origins')
    ? (readList(own.get('origins'), isOrigin) ??
      fault('origins must be a list of origins as browsers write them, e.g. https://shop.example.com.'))
    : undefined
  const expiresAt = own.has('expiresAt')
    ? (readInstant(own.get('expiresAt')) ?? fault('expiresAt must be a time such as 2027-01-31T00:00:00Z.'))
    : undefined
  const adhoc = own.has('adhoc') ? own.get('adhoc') : false
  if (typeof adhoc !== 'boolean') fault('adhoc must be true or false.')
  if (faults.length > 0 || !name || !sha256 || !scopes) return { faults }
  return { key: { name, sha256, scopes, origins, expiresAt, adhoc: adhoc === true }, faults }
}

function readName(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z0-9][a-z0-9._-]{0,63}$/i.test(value) ? value : undefined
}

function readHash(value: unknown): Buffer | undefined {
  return typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value) ? Buffer.from(value, 'hex') : undefined
}

/** Each of them once. */
function readList(value: unknown, fits: (each: string) => boolean): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  const items: readonly unknown[] = value
  const fitting = items.filter((each) => typeof each === 'string' && fits(each))
  return fitting.length === items.length ? [...new Set(fitting as readonly string[])] : undefined
}

function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.parse(text)?.origin === text
}

function readInstant(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  const [, day] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.exec(value) ?? []
  const instant = Date.parse(value)
  // Date.parse takes the 30th of February for the 2nd of March.
  return day && !Number.isNaN(instant) && new Date(day).toISOString().startsWith(day) ? instant : undefined
}

function doubles(keys: readonly Key[]): readonly string[] {
  const names = new Set<string>()
  const hashes = new Set<string>()
  return keys.flatMap(({ name, sha256 }, index) => {
    const hash = sha256.toString('hex')
    const twice = [...(names.has(name) ? ['name'] : []), ...(hashes.has(hash) ? ['sha256'] : [])]
    names.add(name)
    hashes.add(hash)
    return twice.map((field) => `key ${index + 1}: ${field} is that of a key before it.`)
  })
}
