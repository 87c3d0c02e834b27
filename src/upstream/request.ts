// A request as it goes onto the wire: the path filled in and encoded, the body in the encoding of the endpoint's row.
import { misfit, NOBODY_TOLD } from './decode.ts'
import { encodeBody } from './json.ts'
import type { HttpRequest } from './agent.ts'
import type { Endpoint } from './endpoint.ts'
import type { RequestBody } from './json.ts'

export interface Parameters {
  /** Values for the `{names}` of the path, as they are: encoding is done here. */
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: RequestBody
}

/** A request but for its token and its time. */
export type Prepared = Pick<HttpRequest, 'method' | 'path' | 'headers' | 'body'>

export function prepare(endpoint: Endpoint, { path, query, body }: Parameters): Prepared {
  const whole = fill(endpoint.path, path) + search(query)
  if (body === undefined) return { method: endpoint.method, path: whole, headers: {} }
  const { text, contentType } = encodeBody(body, endpoint.encoding)
  return { method: endpoint.method, path: whole, headers: { 'content-type': contentType }, body: text }
}

/** The template of a path with its `{names}` filled in. */
function fill(template: string, values: Parameters['path']): string {
  let filled = ''
  let end = 0
  for (;;) {
    const start = template.indexOf('{', end)
    if (start < 0) return end === 0 ? template : filled + template.slice(end)
    const close = template.indexOf('}', start)
    filled += template.slice(end, start) + segment(values?.[template.slice(start + 1, close)])
    end = close + 1
  }
}

function search(query: Parameters['query']): string {
  if (!query) return ''
  const search = new URLSearchParams()
  for (const name in query) if (query[name] !== undefined) search.append(name, query[name])
  return search.size > 0 ? `?${search}` : ''
}

/**
 * One path segment. Dots alone would be resolved away and lead to another endpoint, and a lone surrogate cannot be written. A caller's
 * id was checked on its way in, so that one which cannot be asked for is the upstream's.
 */
function segment(value: string | undefined): string {
  if (value === undefined) throw new TypeError('a path without its parameter')
  if (value === '' || value === '.' || value === '..' || !value.isWellFormed())
    throw misfit(NOBODY_TOLD, 'id', 'cannot be asked for')
  return encodeURIComponent(value)
}
