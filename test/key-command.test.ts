// `npm run key`: makes keys, takes them out and lists them, and shows a key once and nowhere else.
import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseKeys } from '../src/access/keys.ts'
import { SCOPES } from '../src/upstream/endpoint.ts'
import { startProcess } from './support/process.ts'
import type { Environment } from '../src/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'key-command-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const CANARY = 'canary7hidden'
const KEY = /^scgw_[\w-]{43}$/
const WEB = ['create', '--name', 'web', '--scopes', 'account:read'] as const
const DAY_MS = 86_400_000

async function run(args: readonly string[], env: Environment = {}) {
  const command = ['--import', './src/need-node.mjs', 'src/access/key.ts', ...args]
  const { code, stdout, stderr } = await startProcess(env, { args: command }).ended
  return { code, stdout: stdout.trim(), stderr }
}

let made = 0
/** A folder of its own with a file of keys in it, where it is given a text. */
function place(text?: string) {
  const own = join(folder, `${(made += 1)}`)
  mkdirSync(own)
  const file = join(own, 'keys.json')
  if (text !== undefined) writeFileSync(file, text)
  return {
    own,
    file,
    text: () => readFileSync(file, 'utf8'),
    keys: () => parseKeys(readFileSync(file, 'utf8'), SCOPES).keys,
  }
}

const rowOf = (name: string): object => ({ sha256: createHash('sha256').update(name).digest('hex'), name, scopes: [] })

describe.concurrent('npm run key', () => {
  test('create prints the key alone, once, and keeps its hash in a file for its owner only', async ({ expect }) => {
    const { own, file, text, keys } = place()
    const { code, stdout, stderr } = await run([...WEB, '--file', file])
    expect([code, stdout]).toEqual([0, expect.stringMatching(KEY)])
    expect(stderr).toMatch(/^Made the key "web" with 1 of 34 scopes\./)
    expect(text() + stderr).not.toContain(stdout.slice(5))
    expect(keys()).toEqual([
      {
        name: 'web',
        sha256: createHash('sha256').update(stdout).digest(),
        scopes: ['account:read'],
        origins: undefined,
        expiresAt: undefined,
        adhoc: false,
      },
    ])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(own)).toEqual(['keys.json'])
  })

  test('create writes what a key is bound to; all scopes are written out', async ({ expect }) => {
    const { file, keys } = place('')
    const origins = ['--origins', 'https://a.example, http://localhost:5173']
    const at = new Date(Date.now() + 9 * DAY_MS).toISOString()
    await run(['create', '--name', 'a', '--scopes', 'all', ...origins, '--expires', at, '--adhoc', '--file', file])
    await run(['create', '--name', 'b', '--scopes', '', '--expires', at.slice(0, 10), '--file', file])
    const before = Date.now()
    await run(['create', '--name', 'c', '--scopes', 'account:read,exchange:read', '--days', '90', '--file', file])
    const [a, b, c] = keys()
    expect(a).toMatchObject({ scopes: SCOPES, origins: ['https://a.example', 'http://localhost:5173'], adhoc: true })
    expect(a?.expiresAt).toBe(Date.parse(at))
    expect(b).toMatchObject({ scopes: [], expiresAt: Date.parse(at.slice(0, 10)), origins: undefined, adhoc: false })
    expect(c?.scopes).toEqual(['account:read', 'exchange:read'])
    expect(c?.expiresAt).toBeGreaterThanOrEqual(before + 90 * DAY_MS)
    expect(c?.expiresAt).toBeLessThanOrEqual(Date.now() + 90 * DAY_MS)
  })

  test('create and revoke leave the other rows as they are, in their order, and the file its mode', async ({
    expect,
  }) => {
    const rows = ['z', 'a', 'm'].map(rowOf)
    const { file, text } = place(JSON.stringify({ keys: rows }))
    chmodSync(file, 0o640)
    expect((await run([...WEB, '--file', file])).code).toBe(0)
    const after = JSON.parse(text()) as { keys: object[] }
    expect(after.keys.slice(0, 3)).toEqual(rows)
    expect(after.keys).toHaveLength(4)
    const { code, stderr } = await run(['revoke', '--name', 'a', '--file', file])
    expect([code, stderr]).toEqual([0, 'Revoked the key "a".\n'])
    expect(JSON.parse(text())).toEqual({ keys: [rows[0], rows[2], after.keys[3]] })
    expect(statSync(file).mode & 0o777).toBe(0o640)
  })

  test('keys that are made at the same time are all there', async ({ expect }) => {
    const { own, file, keys } = place()
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const runs = await Promise.all(
      names.map((name) => run(['create', '--name', name, '--scopes', 'all', '--file', file])),
    )
    expect(runs.map(({ code }) => code)).toEqual(names.map(() => 0))
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(names.length)
    expect(
      keys()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(names)
    expect(readdirSync(own)).toEqual(['keys.json'])
  })

  test('a file that another command holds is not touched', async ({ expect }) => {
    const { file, own } = place()
    writeFileSync(`${file}.lock`, '')
    const { code, stdout, stderr } = await run([...WEB, '--file', file])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('remove that one if nothing does')
    expect(readdirSync(own)).toEqual(['keys.json.lock'])
  })

  test('a link stays a link, and what it points to is changed', async ({ expect }) => {
    const { own, file, keys } = place('{}')
    const link = join(own, 'link.json')
    symlinkSync('keys.json', link)
    expect((await run([...WEB, '--file', link])).code).toBe(0)
    expect(keys()).toHaveLength(1)
    expect(readFileSync(link, 'utf8')).toBe(readFileSync(file, 'utf8'))
    expect(readdirSync(own, { withFileTypes: true }).map((each) => each.isSymbolicLink())).toEqual([false, true])
  })

  test('the file is that of the environment, or is meant from where it was typed', async ({ expect }) => {
    const { own, file, keys } = place()
    expect((await run(WEB, { GATEWAY_KEYS_FILE: file })).code).toBe(0)
    expect((await run(['revoke', '--name', 'web', '--file', 'keys.json'], { INIT_CWD: own })).code).toBe(0)
    expect(keys()).toEqual([])
  })

  test('list shows each key but nothing to come in with', async ({ expect }) => {
    const { file } = place()
    const made = [
      await run([...WEB, '--days', '1', '--origins', 'https://a.example', '--file', file]),
      await run(['create', '--name', 'all', '--scopes', 'all', '--adhoc', '--file', file]),
    ]
    const [web, all] = made.map(({ stdout }) => createHash('sha256').update(stdout).digest('hex'))
    const { code, stdout } = await run(['list', '--file', file])
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(
        `^web  sha256 ${web?.slice(0, 8)}…  expires \\d{4}\\S+Z  scopes: account:read  origins: https://a.example$`,
      ),
      `all  sha256 ${all?.slice(0, 8)}…  does not expire  scopes: all  ad hoc`,
    ])
    expect(await run(['list', '--file', join(folder, 'nowhere.json')])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'There are no keys: nobody is let in.\n',
    })
  })

  test('list says of a key whose time is over that it is', async ({ expect }) => {
    const { file } = place(JSON.stringify({ keys: [{ ...rowOf('old'), expiresAt: '2020-01-01T00:00:00Z' }] }))
    expect((await run(['list', '--file', file])).stdout).toContain('EXPIRED 2020-01-01T00:00:00.000Z')
  })

  test('create makes no more keys than a gateway takes', async ({ expect }) => {
    const { file, keys } = place(
      JSON.stringify({ keys: Array.from({ length: 9_999 }, (_, index) => rowOf(`k${index}`)) }),
    )
    expect((await run([...WEB, '--file', file])).code).toBe(0)
    const { code, stdout, stderr } = await run(['create', '--name', 'more', '--scopes', 'all', '--file', file])
    expect([code, stdout, stderr]).toEqual([
      1,
      '',
      'There are 10000 keys, and there may be no more: revoke one first.\n',
    ])
    expect(keys()).toHaveLength(10_000)
  })

  test('--help says how', async ({ expect }) => {
    const { code, stdout, stderr } = await run(['--help'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Usage: npm run key -- create --name web/)
  })

  const typed = `scgw_${CANARY}`
  test.each<[string, readonly string[], RegExp]>([
    ['no command', [], /^Usage: /],
    ['a command that there is not', [typed], /^Usage: /],
    ['one word too many', [...WEB, typed], /^Usage: /],
    ['an option that there is not', [...WEB, `--${typed}`], /^Usage: /],
    ['an option of another command', ['revoke', '--name', 'held', '--scopes', typed], /^Usage: /],
    ['no name', ['create', '--scopes', 'all'], /Give the key a name/],
    ['a key in place of a name', ['create', '--name', typed, '--scopes', 'all'], /takes a name, and not a key/],
    ['a key to revoke in place of its name', ['revoke', '--name', typed], /takes a name, and not a key/],
    ['a name that cannot be', ['create', '--name', `${CANARY} 1`, '--scopes', 'all'], /name must be 1 to 64/],
    ['a name that is taken', ['create', '--name', 'held', '--scopes', 'all'], /There is a key of this name/],
    ['a name that nobody has', ['revoke', '--name', CANARY], /There is no key of this name/],
    ['no scopes', ['create', '--name', 'web'], /--scopes all/],
    ['a scope that does not exist', [...WEB.slice(0, 3), '--scopes', `account:read,${CANARY}`], /Scope 2 of --scopes/],
    ['no known scope', [...WEB.slice(0, 3), '--scopes', CANARY], /^ {2}purchase-gift-card:pay$/m],
    ['an origin with a path', [...WEB, '--origins', `https://${CANARY}.example/`], /origins must/],
    ['an expiry that is none', [...WEB, '--expires', CANARY], /expiresAt must/],
    ['an expiry on no day', [...WEB, '--expires', '2099-02-30'], /expiresAt must/],
    ['an expiry that is over', [...WEB, '--expires', '2020-01-01'], /--expires must be in the future/],
    ['no days', [...WEB, '--days', '0'], /--days must be/],
    ['days that are no number', [...WEB, '--days', `1${CANARY}`], /--days must be/],
    ['two expiries', [...WEB, '--days', '1', '--expires', '2099-01-01'], /not both/],
  ])('refuses %s, and the file stays as it is', async (_, args, words) => {
    const { own, file, text } = place(JSON.stringify({ keys: [rowOf('held')] }))
    const before = text()
    const { code, stdout, stderr } = await run(args, { GATEWAY_KEYS_FILE: file })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(words)
    expect(stderr).not.toContain(CANARY)
    expect(text()).toBe(before)
    expect(readdirSync(own)).toEqual(['keys.json'])
  })

  test.each<[string, readonly string[]]>([
    ['create', WEB],
    ['revoke', ['revoke', '--name', 'web']],
    ['list', ['list']],
  ])('%s tells what is wrong with a faulty file, and leaves it', async (_, args) => {
    const { file, text } = place(JSON.stringify({ keys: [{ ...rowOf('web'), key: CANARY }] }))
    const before = text()
    const { code, stdout, stderr } = await run([...args, '--file', file])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('key 1: it has a field that is none of')
    expect(stderr).not.toContain(CANARY)
    expect(text()).toBe(before)
  })

  test.each<[string, string | undefined, RegExp]>([
    ['no file', undefined, /with --file, or with GATEWAY_KEYS_FILE/],
    ['a file in no folder', join(folder, CANARY, 'keys.json'), /cannot be written \(ENOENT\)/],
    ['a folder', folder, /cannot be read \(EISDIR\)/],
  ])('shows no key where there is %s to keep it', async (_, file, words) => {
    const { code, stdout, stderr } = await run(WEB, { GATEWAY_KEYS_FILE: file })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(words)
    expect(stderr).not.toContain(CANARY)
  })
})
