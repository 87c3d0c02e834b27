// Refuses all bodies but JSON: a form needs no leave of the browser's to be sent from any page, JSON does. What an address holds in place of
// a body must be JSON too.
import { requestError } from '../errors.ts'
import type { GraphQLError } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'

export function useJsonOnly(): Plugin {
  return {
    onRequestParse({ request, url, setRequestParser }) {
      if (request.method === 'GET') return checkSearch(url.searchParams)
      if (request.method !== 'POST') return
      const [mediaType = ''] = (request.headers.get('content-type') ?? '').split(';')
      if (!/^application\/(graphql\+)?json$/i.test(mediaType.trim()))
        throw refusal(415, 'The body must be JSON, with content-type: application/json.')
      // Yoga's own knows the media type in one spelling only.
      setRequestParser(readBody)
    },
  }
}

/** Yoga would parse these too, and take its own failure for a fault of the gateway. */
function checkSearch(search: URLSearchParams): void {
  for (const name of ['variables', 'extensions']) {
    const text = search.get(name)
    if (text) parse(text, `"${name}" must be JSON.`)
  }
}

async function readBody(request: Request): Promise<GraphQLParams> {
  const body = parse(await request.text(), 'The body is not JSON.')
  if (typeof body !== 'object' || body === null) throw refusal(400, 'The body must be a JSON object.')
  return body
}

/** What JSON.parse says of a text quotes it, and stays here. */
function parse(text: string, message: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw refusal(400, message)
  }
}

function refusal(status: number, message: string): GraphQLError {
  return requestError('BAD_REQUEST', message, { http: { status } })
}
