// The documents that a gateway trusts: what a manifest of them may hold, and which of them an id or a text means.
import { createHash } from 'node:crypto'
import { parse, print, stripIgnoredCharacters } from 'graphql'
import { LRUCache } from 'lru-cache'
import { isRecord, parseJson } from './json.ts'

/** A manifest in either of the forms that clients write. */
export interface Manifest {
  /** `{id: text}`, or Apollo's with a list of operations. */
  readonly format: 'map' | 'apollo'
  /** Text by id. */
  readonly texts: ReadonlyMap<string, string>
  /** Sentences that name a document by its place in the manifest, and hold no value of it. With any of them there are no texts. */
  readonly faults: readonly string[]
}

export interface TrustedDocuments {
  readonly size: number
  /** The text of the manifest's id, or of the SHA-256 of a text, plain or behind "sha256:". */
  byId(id: string): string | undefined
  /** The manifest's text that this is, but for characters that mean nothing. */
  byText(text: string): string | undefined
}

/** A text of more times the length of any known form is not looked at: what means nothing in it would be most of it. */
const MOST_TIMES_LONGER = 4
/** Texts that are none of them, so that the same one is not looked at again: that takes up to 80 ms for 100 KB. */
const MOST_REFUSED = 1_000

const APOLLO = 'apollo-persisted-query-manifest'

/**
 * Reads `{id: text}` (GraphQL Code Generator, Relay) or `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{id, name,
 * type, body}]}`. An empty text is no documents.
 */
export function parseManifest(text: string): Manifest {
  const file = text.trim() === '' ? {} : parseJson(text)
  if (!isRecord(file)) return faulty('map', ['it must hold one JSON object.'])
  if (file['format'] === APOLLO) return readApollo(file)
  return readEntries('map', Object.entries(file))
}

export function createTrustedDocuments(texts: ReadonlyMap<string, string>): TrustedDocuments {
  const byId = new Map<string, string>()
  const byText = new Map<string, string>()
  const refused = new LRUCache<string, true>({ max: MOST_REFUSED })
  let longest = 0
  for (const text of texts.values()) {
    // Many clients print a document anew before they send it or its hash.
    for (const form of [print(parse(text, { noLocation: true })), text]) {
      const hash = hashDocument(form)
      byId.set(hash, text).set(`sha256:${hash}`, text)
      byText.set(form, text).set(stripIgnoredCharacters(form), text)
      longest = Math.max(longest, form.length)
    }
  }
  for (const [id, text] of texts) byId.set(id, text)

  const lookFor = (text: string): string | undefined => {
    if (text.length > longest * MOST_TIMES_LONGER) return undefined
    // As UTF-8 two texts may be the same that are not.
    const hash = createHash('sha256').update(text, 'utf16le').digest('base64')
    if (refused.has(hash)) return undefined
    const found = byText.get(stripped(text))
    if (found === undefined) refused.set(hash, true)
    return found
  }

  return {
    size: texts.size,
    byId: (id) => byId.get(id),
    byText: (text) => byText.get(text) ?? lookFor(text),
  }
}

/** The id of a document: the SHA-256 of its text, in hexadecimal digits. */
export function hashDocument(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function readApollo({ version, operations }: Readonly<Record<string, unknown>>): Manifest {
  if (version !== 1) return faulty('apollo', ['version must be 1.'])
  if (!Array.isArray(operations)) return faulty('apollo', ['operations must be a list.'])
  const rows: readonly unknown[] = operations
  return readEntries(
    'apollo',
    rows.map((row) => (isRecord(row) ? [row['id'], row['body']] : [undefined, undefined])),
  )
}

function readEntries(format: Manifest['format'], entries: readonly (readonly [unknown, unknown])[]): Manifest {
  const texts = new Map<string, string>()
  const faults = entries.flatMap(([id, text], index) => {
    const place = `document ${index + 1}`
    if (typeof id !== 'string' || id === '') return [`${place} has no id.`]
    if (typeof text !== 'string') return [`${place} has no text.`]
    if (!isGraphql(text)) return [`${place} is not GraphQL.`]
    if ((texts.get(id) ?? text) !== text) return [`${place} has the id of another before it.`]
    texts.set(id, text)
    return []
  })
  return faults.length > 0 ? faulty(format, faults) : { format, texts, faults }
}

function faulty(format: Manifest['format'], faults: readonly string[]): Manifest {
  return { format, texts: new Map(), faults }
}

/** A text without what means nothing; as it is where it cannot be GraphQL. */
function stripped(text: string): string {
  try {
    return stripIgnoredCharacters(text)
  } catch {
    return text
  }
}

function isGraphql(text: string): boolean {
  try {
    parse(text, { noLocation: true })
    return true
  } catch {
    // Its message would quote the text.
    return false
  }
}
