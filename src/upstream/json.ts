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

/** Parses a whole JSON text. Throws a SyntaxError for all that `JSON.parse` refuses. */
export function parseJson(text: string): Json {
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
