// Trusted documents: what is on the list runs by each name that it has, and nothing else, on each transport.
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeFile } from './support/changed-file.ts'
import { startTestGateway } from './support/gateway.ts'
import { walletRoutes } from './support/rows.ts'
import { fromCarriers, fromEach, giveEach } from './support/transports.ts'
import { startUpstream } from './support/upstream.ts'
import type { Environment } from '../src/config.ts'
import type { ChangedFile } from './support/changed-file.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Thing, Verdict } from './support/transports.ts'
import type { FakeUpstream } from './support/upstream.ts'

const WHO = 'query Who { viewer { name } }'
const PRIVATE = '{ accounts { id } }'
const TWO = 'query One { viewer { name } } query Two { viewer { id } }'
const CREATE = 'mutation Create { createProject(input: {name: "Shop"}) { __typename } }'
const LIVE = 'subscription Live { accountUpdated(id: "Account:A1") { balance } }'
const DEEP = `{ __schema { queryType { ${'ofType { '.repeat(20)}name${' }'.repeat(23)}`
const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const persisted = (sha256Hash: unknown, more: object = {}): Thing => ({
  extensions: { persistedQuery: { version: 1, sha256Hash, ...more } },
})

const MANIFEST = { who: WHO, [hash(PRIVATE)]: PRIVATE, two: TWO, create: CREATE, live: LIVE, deep: DEEP }
const APOLLO = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: [{ id: hash(WHO), name: 'Who', type: 'query', body: WHO }],
}

let upstream: FakeUpstream
beforeAll(async () => {
  upstream = await startUpstream(walletRoutes)
})
afterAll(() => upstream.close())

const asked = (): string[] => upstream.requests.splice(0).map(({ method, path }) => `${method} ${path}`)

interface Started extends TestGateway {
  readonly file: ChangedFile
  /** Gives it to each transport with the key of this name. */
  give(thing: Thing, key?: string): Promise<Record<string, Verdict>>
}

async function start(manifest: object | string, env: Environment = {}): Promise<Started> {
  const file = makeFile(manifest)
  const scopes = ['account:read', 'merchants-projects:create']
  const keys = [
    { name: 'web', scopes },
    { name: 'tools', scopes, adhoc: true },
  ]
  const started = await startTestGateway({ ...upstream.env, TRUSTED_DOCUMENTS_FILE: file.path, ...env }, { keys })
  return {
    ...started,
    file,
    give: (thing, key = 'web') => giveEach(started.gateway, { ...thing, authorization: `Bearer ${started.keys[key]}` }),
    async close() {
      await started.close()
      file.remove()
    },
  }
}

const found = (name = 'web') => fromEach({ code: 'OK', data: { viewer: { name } } })
const refused = (code: string) => fromEach({ code, details: {} })

describe('a list of documents', () => {
  let started: Started
  beforeAll(async () => {
    started = await start(MANIFEST)
  })
  afterAll(() => started.close())

  describe('runs what is on it', () => {
    afterEach(() => expect(asked()).toEqual([]))

    test.each<[string, Thing]>([
      ['its text', { query: WHO }],
      ['its text with other spaces, commas and comments', { query: '#!\n query Who\t{,viewer\r\n{ name,}}#x' }],
      ['its text behind a byte order mark', { query: `\uFEFF${WHO}` }],
      ['its id', { documentId: 'who' }],
      ['its hash', { documentId: hash(WHO) }],
      ['its hash with the name of that', { documentId: `sha256:${hash(WHO)}` }],
      ["its hash in Apollo's way", persisted(hash(WHO))],
      ["its id in Apollo's way", persisted('who')],
      ['its text and hash', { query: WHO, ...persisted(hash(WHO)) }],
      ['its text and id', { query: WHO, documentId: 'who' }],
      ['its text and a hash of nothing', { query: WHO, ...persisted('0'.repeat(64)) }],
      ['its text, and extensions of something else', { query: WHO, extensions: { client: { version: 1 } } }],
      ['its operation', { query: WHO, operationName: 'Who' }],
      ['one of its operations', { documentId: 'two', operationName: 'One' }],
    ])('by %s', async (_, thing) => {
      expect(await started.give(thing)).toEqual(found())
    })
  })

  test('a change and what goes on, by hash', async () => {
    const changed = { code: 'OK', data: { createProject: expect.anything() } }
    expect(await started.give({ documentId: hash(CREATE) })).toMatchObject(fromCarriers('mutation', changed))
    const event = { code: 'OK', data: { accountUpdated: { balance: '10' } } }
    expect(await started.give({ documentId: hash(LIVE) })).toMatchObject(fromCarriers('subscription', event))
    expect(new Set(asked())).toEqual(new Set(['POST /oauth/token', 'POST /merchants/projects', 'GET /accounts/A1']))
  })

  describe('and nothing else', () => {
    afterEach(() => expect(asked()).toEqual([]))

    test.each<[string, Thing]>([
      ['a text', { query: '{ accounts { balance } }' }],
      ['a text with its own hash', { query: '{ viewer { id } }', ...persisted(hash('{ viewer { id } }')) }],
      ['a text with the hash of another', { query: '{ viewer { id } }', ...persisted(hash(WHO)) }],
      ['a text with the id of another', { query: '{ viewer { id } }', documentId: 'who' }],
      ['a change', { query: 'mutation { createProject(input: {name: "x"}) { __typename } }' }],
      [
        'a change that is called as one on the list',
        { query: CREATE.replace('Shop', 'shop'), operationName: 'Create' },
      ],
      ['what goes on', { query: 'subscription { accountUpdated(id: "Account:A2") { balance } }' }],
      ['one on the list and more', { query: `${WHO} query More { accounts { id } }`, operationName: 'More' }],
      ['a part of one on the list', { query: 'query Two { viewer { id } }' }],
      ['another spelling of a string', { query: CREATE.replace('"Shop"', '"""Shop"""') }],
      ['questions about the schema', { query: '{ __schema { types { name } } }' }],
      ['the name of the root type', { query: '{ __typename }' }],
      ['what is no GraphQL', { query: '{ accounts' }],
      ['spaces', { query: '   ' }],
      ['10 KB of spaces', { query: `{ a }${' '.repeat(10_000)}` }],
      ['an id for a text', { query: 'who' }],
      ['__proto__ for a text', { query: '__proto__' }],
    ])('%s is not trusted', async (_, thing) => {
      expect(await started.give(thing)).toEqual(refused('DOCUMENT_NOT_TRUSTED'))
    })

    const HASH = hash(WHO)
    const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '', ' ', 'undefined', '../who']
    const NEARLY = [HASH.slice(0, 63), HASH.toUpperCase(), ` ${HASH}`, `${HASH}\0`, `sha256:sha256:${HASH}`, 'Who']
    const NOTHINGS = [...NAMES, ...NEARLY, 'x'.repeat(10_000), '\uD800']
    test.for<unknown>([...NOTHINGS, 5, true, false, [], ['who'], {}, { toString: 1, valueOf: 1 }])(
      'the hash %j is of nothing',
      async (sha256Hash) => {
        expect(await started.give(persisted(sha256Hash))).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'))
      },
    )
    test.for<unknown>([...NOTHINGS, 5, true, ['who'], {}, { toString: 1, valueOf: 1 }])(
      'the id %j is of nothing',
      async (documentId) => {
        expect(await started.give({ documentId })).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'))
      },
    )

    test.each<[string, Thing]>([
      ['text and hash are of two on the list', { query: WHO, ...persisted(hash(PRIVATE)) }],
      ['text and id are of two on the list', { query: WHO, documentId: 'two' }],
      ['there is neither', { query: '' }],
    ])('where %s, it is no request', async (_, thing) => {
      expect(await started.give(thing)).toEqual(refused('BAD_REQUEST'))
    })

    test.each<[string, Thing]>([
      ['it has not', { documentId: 'who', operationName: 'Other' }],
      ['it has not, of the first words of the schema', { query: WHO, operationName: '__proto__' }],
      ['is not said', { documentId: 'two' }],
    ])('an operation that %s is not found', async (_, thing) => {
      expect(await started.give(thing)).toEqual(refused('OPERATION_RESOLUTION_FAILURE'))
    })

    test('one on the list is held to the limits like all others', async () => {
      expect(await started.give({ documentId: 'deep' })).toMatchObject(fromEach({ code: 'DOCUMENT_TOO_LARGE' }))
    })
  })

  test('a key for documents of its own may run them, within the limits', async () => {
    expect(await started.give({ query: '{ viewer { name } }' }, 'tools')).toEqual(found('tools'))
    expect(await started.give({ documentId: 'who' }, 'tools')).toEqual(found('tools'))
    expect(await started.give({ documentId: 'none' }, 'tools')).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'))
    const deep = await started.give({ query: DEEP.replace('name', 'kind') }, 'tools')
    expect(deep).toMatchObject(fromEach({ code: 'DOCUMENT_TOO_LARGE' }))
  })
})

describe.concurrent('a list', () => {
  test("in Apollo's form is the same", async ({ expect, onTestFinished }) => {
    const { give, close } = await start(APOLLO)
    onTestFinished(close)
    for (const thing of [{ query: WHO }, { documentId: hash(WHO) }, persisted(hash(WHO))])
      expect(await give(thing)).toEqual(found())
    expect(await give({ query: PRIVATE })).toEqual(refused('DOCUMENT_NOT_TRUSTED'))
    expect(await give(persisted('operations'))).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'))
  })

  test.for(['', '{}', { ...APOLLO, operations: [] }])(
    'that is empty lets nothing run: %j',
    async (empty, { expect, onTestFinished }) => {
      const { give, close } = await start(empty)
      onTestFinished(close)
      expect(await give({ query: WHO })).toEqual(refused('DOCUMENT_NOT_TRUSTED'))
      expect(await give({ documentId: hash(WHO) })).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'))
    },
  )

  test('that is changed holds as it is now', async ({ expect, onTestFinished }) => {
    const { give, file, close } = await start({ who: WHO })
    onTestFinished(close)
    file.write({ two: TWO })
    await expect.poll(() => give({ query: WHO }), { timeout: 10_000 }).toEqual(refused('DOCUMENT_NOT_TRUSTED'))
    for (const documentId of ['who', hash(WHO)])
      expect(await give({ documentId })).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'))
    expect(await give({ query: TWO, operationName: 'One' })).toEqual(found())
  })

  test.for<[string, (file: ChangedFile) => void]>([
    ['becomes garbage', (file) => file.write('{"who": ')],
    ['gets a document that is none', (file) => file.write({ who: WHO, bad: '{' })],
    ['is deleted', (file) => rmSync(file.path)],
  ])('that %s lets nothing run until it is mended', async ([, spoil], { expect, onTestFinished }) => {
    const { give, file, close } = await start({ who: WHO })
    onTestFinished(close)
    expect(await give({ documentId: 'who' })).toEqual(found())
    spoil(file)
    await expect.poll(() => give({ query: WHO }), { timeout: 10_000 }).toEqual(refused('DOCUMENT_NOT_TRUSTED'))
    expect(await give({ documentId: 'who' })).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'))
    file.write({ who: WHO })
    await expect.poll(() => give({ query: WHO }), { timeout: 10_000 }).toEqual(found())
  })

  test('that is not there at all: texts run, and a hash alone is not supported', async ({ expect, onTestFinished }) => {
    const { give, close } = await start({}, { TRUSTED_DOCUMENTS_FILE: undefined })
    onTestFinished(close)
    expect(await give({ query: WHO, ...persisted(hash(PRIVATE)) })).toEqual(found())
    for (const thing of [{ documentId: hash(WHO) }, persisted(hash(WHO)), persisted('__proto__'), { documentId: '' }])
      expect(await give(thing)).toEqual(refused('PERSISTED_QUERY_NOT_SUPPORTED'))
  })
})
