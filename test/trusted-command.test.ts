// `npm run trusted`: makes a manifest of the documents in files, or adds them to one.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startProcess } from './support/process.ts'
import type { Environment } from '../src/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'trusted-command-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const CANARY = 'canary7hidden'
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const byHash = (...texts: string[]): object => Object.fromEntries(texts.map((text) => [sha256(text), text]))

let made = 0
/** Files in a folder of their own, and the command in it. */
function place(files: Record<string, string>) {
  const own = join(folder, `${(made += 1)}`)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(own, name)), { recursive: true })
    writeFileSync(join(own, name), text)
  }
  return {
    own,
    manifest: () => JSON.parse(readFileSync(join(own, 'trusted.json'), 'utf8')) as unknown,
    async run(args: readonly string[], env: Environment = { TRUSTED_DOCUMENTS_FILE: join(own, 'trusted.json') }) {
      const command = ['--import', './src/need-node.mjs', 'src/access/trusted.ts', ...args]
      const { code, stdout, stderr } = await startProcess({ INIT_CWD: own, ...env }, { args: command }).ended
      return { code, stdout, stderr }
    },
  }
}

const ADD = ['add', 'src/**/*.{graphql,gql}']

describe.concurrent('npm run trusted', () => {
  test('makes a manifest of each operation with what it takes from other files', async ({ expect }) => {
    const { own, run, manifest } = place({
      'src/accounts.graphql': '# ours\nquery Accounts { accounts { ...Account } }\n',
      'src/deep/er/rates.gql': 'query Rates { rates { price } }',
      'src/fragments.graphql':
        'fragment Amounts on Account { balance }\nfragment Account on Account { id ...Amounts }\nfragment Unused on Rate { price }',
      'src/notes.txt': CANARY,
      'src/node_modules/some/package.graphql': CANARY,
    })
    const { code, stdout, stderr } = await run(['add', 'src/**/*'])
    expect([code, stdout, stderr]).toEqual([0, 'Files read: 3. Documents added: 2, there already: 0.\n', ''])
    expect(manifest()).toEqual(
      byHash(
        'query Accounts { accounts { ...Account } }\n\nfragment Account on Account { id ...Amounts }\n\nfragment Amounts on Account { balance }',
        'query Rates { rates { price } }',
      ),
    )
    expect(readdirSync(own).toSorted()).toEqual(['src', 'trusted.json'])
    expect(statSync(join(own, 'trusted.json')).mode & 0o777).toBe(0o644)
  })

  test('keeps definitions in the order of their file, and adds a file of several operations whole, too', async ({
    expect,
  }) => {
    const price = 'fragment Price on Rate { price }'
    const rates = 'query Rates { rates { ...Price } }'
    const accounts = 'query Accounts { accounts { id } }'
    const { run, manifest } = place({ 'src/all.graphql': `${price}\n${rates}\n# and\n${accounts}` })
    expect((await run(ADD)).stdout).toBe('Files read: 1. Documents added: 3, there already: 0.\n')
    const whole = [price, rates, accounts].join('\n\n')
    expect(manifest()).toEqual(byHash(`${price}\n\n${rates}`, accounts, whole))
  })

  test('adds what is new to a map, under whatever ids it has, and nothing twice', async ({ expect }) => {
    const known = 'query Accounts{accounts{id}}'
    const fresh = 'query Rates { rates { price } }'
    const { own, run, manifest } = place({
      'src/a.graphql': 'query Accounts {\n  accounts { id }\n}',
      'src/b.graphql': fresh,
      'src/c.graphql': `${fresh}\n`,
      'trusted.json': JSON.stringify({ 'relay-id': known }),
    })
    expect((await run(ADD)).stdout).toBe('Files read: 3. Documents added: 1, there already: 1.\n')
    expect(manifest()).toEqual({ 'relay-id': known, ...byHash(fresh) })
    const before = statSync(join(own, 'trusted.json'))
    expect((await run(ADD)).stdout).toBe('Files read: 3. Documents added: 0, there already: 2.\n')
    expect(statSync(join(own, 'trusted.json')).ino).toBe(before.ino)
  })

  test('takes a manifest with a byte order mark for what it is', async ({ expect }) => {
    const empty = '\uFEFF{"format":"apollo-persisted-query-manifest","version":1,"operations":[]}'
    const { run, manifest } = place({ 'src/a.graphql': '{ __typename }', 'trusted.json': empty })
    const { code, stderr } = await run(['add', 'src/*.graphql'])
    expect([code, stderr]).toEqual([0, ''])
    expect(manifest()).toMatchObject({ version: 1, operations: [{ id: expect.any(String) }] })
  })

  test('keeps a manifest of Apollo’s one of Apollo’s', async ({ expect }) => {
    const first = { id: 'a', name: 'A', type: 'query', body: '{ rates { price } }' }
    const head = { format: 'apollo-persisted-query-manifest', version: 1, by: 'a tool' }
    const { run, manifest } = place({
      'src/a.graphql': 'query Accounts { accounts { id } }',
      'trusted.json': JSON.stringify({ ...head, operations: [first] }),
    })
    expect((await run(ADD)).code).toBe(0)
    const body = 'query Accounts { accounts { id } }'
    expect(manifest()).toEqual({
      ...head,
      operations: [first, { id: sha256(body), name: 'Accounts', type: 'query', body }],
    })
  })

  test('tells each fault with its file and line, and then adds nothing', async ({ expect }) => {
    const { own, run } = place({
      'src/broken.graphql': 'query {\n  rates {',
      'src/good.graphql': 'query Rates { rates { price } }',
      'src/lost.graphql': '\n\nquery Lost { rates { ...Nowhere } }',
      'src/names.graphql': 'fragment F on Rate { price }\nfragment F on Rate { price }',
      'src/types.graphql': 'scalar Date',
      'src/two.graphql': 'query Two { rates { ...G } }',
      'src/g1.graphql': 'fragment G on Rate { price }',
      'src/g2.graphql': 'fragment G on Rate { __typename }',
      'src/unknown.graphql': 'query Unknown {\n  rates {\n    nothing\n  }\n}',
    })
    const { code, stdout, stderr } = await run(ADD)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr.trim().split('\n').toSorted()).toEqual(
      [
        'src/broken.graphql:2 Syntax Error: Expected Name, found <EOF>.',
        'src/lost.graphql:3 Unknown fragment "Nowhere".',
        'src/names.graphql:2 There is a fragment of this name above.',
        'src/types.graphql:1 This is no operation or fragment.',
        'src/two.graphql:1 Several files have a fragment of this name.',
        'src/unknown.graphql:3 Cannot query field "nothing" on type "Rate".',
        'Nothing was added.',
      ].toSorted(),
    )
    expect(readdirSync(own)).toEqual(['src'])
  })

  test('lets files use a name each for a fragment of their own', async ({ expect }) => {
    const [a, b] = [
      'query A { rates { ...F } }\n\nfragment F on Rate { price }',
      'query B { rates { ...F } }\n\nfragment F on Rate { __typename }',
    ]
    const { run, manifest } = place({ 'src/a.graphql': a, 'src/b.graphql': b })
    expect((await run(ADD)).code).toBe(0)
    expect(manifest()).toEqual(byHash(a, b))
  })

  test('takes files by name, one that looks like a pattern too, and writes where --file says', async ({ expect }) => {
    const { own, run } = place({ 'pages/[id].graphql': '{ rates { price } }', 'b.gql': '{ accounts { id } }' })
    const args = ['add', 'pages/[id].graphql', join(own, 'b.gql'), '--file', 'list.json']
    expect((await run(args, {})).code).toBe(0)
    expect(JSON.parse(readFileSync(join(own, 'list.json'), 'utf8'))).toEqual(
      byHash('{ accounts { id } }', '{ rates { price } }'),
    )
  })

  test('leaves a faulty manifest as it is', async ({ expect }) => {
    const { own, run } = place({ 'src/a.graphql': '{ rates { price } }', 'trusted.json': `{"a": "${CANARY} {"}` })
    const { code, stdout, stderr } = await run(ADD)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe('The manifest is faulty and stays as it is: document 1 is not GraphQL.\n')
    expect(readFileSync(join(own, 'trusted.json'), 'utf8')).toContain(CANARY)
  })

  test('--help says how, and what to do with the manifests of clients', async ({ expect }) => {
    const { code, stdout, stderr } = await place({}).run(['--help'], {})
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Usage: npm run trusted -- add/)
    expect(stdout).toContain('__typename')
  })

  test.each<[string, readonly string[], Environment, RegExp]>([
    ['no command', [], {}, /^Usage: /],
    ['a command that there is not', [CANARY], {}, /^Usage: /],
    ['no files', ['add'], {}, /^Usage: /],
    ['an option that there is not', ['add', '*', `--${CANARY}`], {}, /^Usage: /],
    ['nowhere to write', ['add', '*'], {}, /with --file, or with TRUSTED_DOCUMENTS_FILE/],
    [
      'a pattern that nothing fits',
      ['add', `${CANARY}/**`, '--file', 'a.json'],
      {},
      /No \.graphql or \.gql file matches/,
    ],
    ['a folder', ['add', 'src', '--file', 'a.json'], {}, /No \.graphql or \.gql file matches/],
  ])('refuses %s', async (_, args, env, words) => {
    const { code, stdout, stderr } = await place({ 'src/a.graphql': '{ rates { price } }' }).run(args, env)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(words)
    expect(stderr).not.toContain(CANARY)
  })
})
