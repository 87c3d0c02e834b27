// JSON as the upstream writes it, read and written without an amount ever passing through a binary float.

/** What an answer consists of. A number arrives as the text that it was written as; decoders know which texts are numbers. */
export type Json = string | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * A request body: flat but for the way of a withdrawal, amounts as decimal strings, which first-party clients send and which no reader
 * can round on the way. A number is a count; a null clears, and is left out of a form, which has none.
 */
export type RequestBody = Readonly<
  Record<
    string,
    string | number | boolean | null | readonly string[] | Readonly<Record<string, string | undefined>> | undefined
  >
>

type ReviverWithSource = (key: string, value: unknown, context: { source?: string }) => unknown
type ParseWithSource = (text: string, reviver: ReviverWithSource) => Json

/** Several times what any documented answer has: the reviver goes down level by level and must never run out of stack. */
const DEEPEST = 32

/**
 * Parses a whole JSON text. Throws a SyntaxError for all that `JSON.parse` refuses, and a RangeError for what is nested too deep. Of a key
 * that comes twice the last one counts; `__proto__` is a key like any other.
 */
export function parseJson(text: string): Json {
  if (isTooDeep(text)) throw new RangeError('nested too deep')
  return (JSON.parse as ParseWithSource)(text, (_key, value, context) =>
    typeof value === 'number' ? context.source : value,
  )
}

/** An object as a body, as it was written: what is not known to us is in it too, and numbers keep their digits. */
export function verbatim(text: string): RequestBody {
  const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown }
  return (JSON.parse as ParseWithSource)(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? rawJSON(source) : value,
  ) as unknown as RequestBody
}

/** The body in the encoding that the endpoint's row names, with its content type. */
export function encodeBody(body: RequestBody, encoding: 'json' | 'form'): { text: string; contentType: string } {
  if (encoding === 'json') return { text: JSON.stringify(body), contentType: 'application/json' }
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined || value === null) continue
    if (Array.isArray(value)) for (const each of value as readonly string[]) form.append(name, each)
    else form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  return { text: form.toString(), contentType: 'application/x-www-form-urlencoded' }
}

/** Counts brackets outside of texts, before anything is parsed: a pass over the text costs a fraction of what the parser does. */
function isTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfText(text, at)
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1
      if (depth > DEEPEST) return true
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      depth -= 1
    }
  }
  return false
}

function endOfText(text: string, start: number): number {
  let end = start
  do {
    end = text.indexOf('"', end + 1)
  } while (end !== -1 && isEscaped(text, end))
  return end === -1 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === BACKSLASH) before -= 1
  return (at - before) % 2 === 0
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]
