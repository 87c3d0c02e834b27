// GraphiQL as a page: all of it is served from here, nothing comes from elsewhere, and it may reach nothing else.
import { createHash } from 'node:crypto'
import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import { TABS } from './graphiql-tabs.ts'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

export interface PageOptions {
  /** Whether its title says that everything is invented. */
  readonly sandbox: boolean
  /** Whether those who ask must say who they are, or may. */
  readonly named: boolean
}

type GraphiQLOptions = NonNullable<Parameters<typeof renderGraphiQL>[0]>

/** What yoga's renderer is told. */
export function graphiqlOptions({ sandbox, named }: PageOptions): GraphiQLOptions {
  return {
    title: sandbox ? 'SANDBOX · SpectroCoin GraphQL gateway' : 'SpectroCoin GraphQL gateway',
    defaultTabs: TABS.map((query) => ({ query })),
    defaultEditorToolsVisibility: named ? 'headers' : false,
    // What each operation has cost is in its answer's extensions.
    headers: named ? HEADERS_OF_NAMED : '{ "x-explain": "1" }',
    // A key is for as long as the page is open.
    shouldPersistHeaders: !named,
    // Its websockets greet without the headers; event streams have them.
    subscriptionsProtocol: named ? 'SSE' : 'WS',
    method: 'POST',
    schemaDescription: true,
    inputValueDeprecation: true,
  }
}

/** JSON with comments, as its editor reads it: what only shows where the key goes is not sent. */
const HEADERS_OF_NAMED = `{
  // "authorization": "Bearer …",
  "x-explain": "1"
}`

/**
 * Its tabs slide to their places when the page comes, and what is left of that makes a tab jump away from under the first click on it; its
 * title leaves its bar where there is little room.
 */
const MENDS = `<style>
.graphiql-tab { transform: none !important }
.graphiql-logo { white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
</style>`

/** Each tab has headers of its own: who has said in one who they are need not say it in each. */
const ONE_NAME = `<script>
{
  const { fetch } = window
  let name
  window.fetch = (where, { headers, ...how } = {}) => {
    const all = new Headers(headers)
    name = all.get('authorization') ?? name
    if (name) all.set('authorization', name)
    return fetch(where, { ...how, headers: all })
  }
}
</script>`

/** Answers with the page, which is made when it is first asked for: it has nine megabytes. */
export function createPage(options: PageOptions): (response: ServerResponse) => void {
  let made: ReturnType<typeof makePage> | undefined
  return (response) => {
    made ??= makePage(options)
    response.writeHead(200, made.headers).end(made.body)
  }
}

function makePage(options: PageOptions): { readonly headers: OutgoingHttpHeaders; readonly body: Buffer } {
  const more = options.named ? `${MENDS}${ONE_NAME}` : MENDS
  const page = renderGraphiQL(graphiqlOptions(options)).replace('</head>', () => `${more}</head>`)
  const scripts = page.matchAll(/<script>(.*?)<\/script>/gs).map(([, text = '']) => `'sha256-${digest(text)}'`)
  const body = Buffer.from(page)
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
    'content-security-policy': [
      "default-src 'none'",
      // These scripts and no other, wherever one could be put in; the editor's helpers are made by them.
      `script-src ${[...scripts].join(' ')}`,
      'worker-src blob:',
      // The editor makes its colours as it goes.
      "style-src 'unsafe-inline'",
      'img-src data:',
      'font-src data:',
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  }
  return { headers, body }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
