// A file of keys: what it may hold, whose key a presented text is, and how a change of it is seen.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { createKeyring, parseKeys } from '../src/access/keys.ts'
import { watchFile } from '../src/access/watched-file.ts'
import { SCOPES } from '../src/upstream/endpoint.ts'
import { startProcess } from './support/process.ts'

const folder = mkdtempSync(join(tmpdir(), 'keys-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const CANARY = 'canary7hidden'
const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const row = (fields: object = {}): object => ({ name: 'web', sha256: hash('k'), scopes: ['account:read'], ...fields })
const read = (...keys: unknown[]) => parseKeys(JSON.stringify({ keys }), SCOPES)

describe('what a file of keys may hold', () => {
  test('may begin with a byte order mark', () => {
    const text = `\uFEFF${JSON.stringify({ keys: [row()] })}`
    expect(parseKeys(text, SCOPES)).toMatchObject({ faults: [], keys: [{ name: 'web' }] })
  })

  test('is rows of a name, a hash and scopes, and perhaps origins, an expiry and leave for documents of its own', () => {
    const all = {
      name: 'Web_2.a-b',
      sha256: hash('b').toUpperCase(),
      scopes: ['exchange:read', 'account:read', 'exchange:read'],
      origins: ['https://shop.example.com', 'http://localhost:5173'],
      expiresAt: '2027-01-31T01:00:00+01:00',
      adhoc: true,
    }
    expect(read(row(), all)).toEqual({
      faults: [],
      keys: [
        {
          name: 'web',
          sha256: Buffer.from(hash('k'), 'hex'),
          scopes: ['account:read'],
          origins: undefined,
          expiresAt: undefined,
          adhoc: false,
        },
        {
          name: 'Web_2.a-b',
          sha256: Buffer.from(hash('b'), 'hex'),
          scopes: ['exchange:read', 'account:read'],
          origins: ['https://shop.example.com', 'http://localhost:5173'],
          expiresAt: Date.UTC(2027, 0, 31),
          adhoc: true,
        },
      ],
    })
  })

  test.each(['', ' \n', '{}', '{"keys": []}'])('is nobody: %j', (text) => {
    expect(parseKeys(text, SCOPES)).toEqual({ keys: [], faults: [] })
  })

  test.each([
    CANARY,
    '[]',
    'null',
    `"${CANARY}"`,
    `{"keys": {"0": "${CANARY}"}}`,
    '{"keys": null}',
    `{"keys": [], "${CANARY}": 1}`,
    '{"__proto__": {"keys": []}}',
    '{"keys": []} {}',
  ])('is nothing else: %j', (text) => {
    const { keys, faults } = parseKeys(text, SCOPES)
    expect(keys).toEqual([])
    expect(faults).toEqual(['it must hold JSON of the form {"keys": [...]} and nothing else.'])
  })

  test.each<[string, unknown, string]>([
    ['a row that is no object', CANARY, 'it must be an object'],
    ['no row', null, 'it must be an object'],
    ['a row that is a list', [row()], 'it must be an object'],
    ['a field that nobody knows', row({ [CANARY]: true }), 'it has a field that is none of'],
    ['a key itself', row({ key: CANARY }), 'it has a field that is none of'],
    [
      'a row with a prototype',
      JSON.parse(JSON.stringify(row()).replace('{', '{"__proto__":{},')),
      'it has a field that is none of',
    ],
    ['no name', row({ name: undefined }), 'name must'],
    ['a name that is empty', row({ name: '' }), 'name must'],
    ['a name with a space', row({ name: `${CANARY} ` }), 'name must'],
    ['a name with a line break', row({ name: `${CANARY}\n` }), 'name must'],
    ['a name that begins with a dot', row({ name: `.${CANARY}` }), 'name must'],
    ['a name that is too long', row({ name: CANARY.padEnd(65, 'a') }), 'name must'],
    ['a name that is a number', row({ name: 7 }), 'name must'],
    ['no hash', row({ sha256: undefined }), 'sha256 must'],
    ['a key in place of its hash', row({ sha256: CANARY }), 'sha256 must'],
    ['a hash that is too short', row({ sha256: hash(CANARY).slice(1) }), 'sha256 must'],
    ['no scopes', row({ scopes: undefined }), 'scopes must'],
    ['scopes that are null', row({ scopes: null }), 'scopes must'],
    ['scopes that are a text', row({ scopes: 'account:read' }), 'scopes must'],
    ['a scope that does not exist', row({ scopes: ['account:read', CANARY] }), 'scopes must'],
    ['a scope that only objects have', row({ scopes: ['constructor'] }), 'scopes must'],
    ['origins that are a text', row({ origins: 'https://a.example' }), 'origins must'],
    ['origins that are null', row({ origins: null }), 'origins must'],
    ['an origin with a path', row({ origins: [`https://${CANARY}.example/`] }), 'origins must'],
    ['an origin in capitals', row({ origins: [`https://${CANARY}.EXAMPLE`] }), 'origins must'],
    ['an origin with its usual port', row({ origins: [`https://${CANARY}.example:443`] }), 'origins must'],
    ['any origin', row({ origins: ['*'] }), 'origins must'],
    ['any origin of a domain', row({ origins: [`https://*.${CANARY}.example`] }), 'origins must'],
    ['the origin of a file', row({ origins: ['null'] }), 'origins must'],
    ['an origin of another kind', row({ origins: [`ftp://${CANARY}.example`] }), 'origins must'],
    ['an expiry that is a number', row({ expiresAt: 1_800_000_000 }), 'expiresAt must'],
    ['an expiry that is null', row({ expiresAt: null }), 'expiresAt must'],
    ['an expiry that is a day', row({ expiresAt: '2027-01-31' }), 'expiresAt must'],
    ['an expiry nowhere on earth', row({ expiresAt: '2027-01-31T00:00:00' }), 'expiresAt must'],
    ['an expiry in words', row({ expiresAt: `31 January 2027 ${CANARY}` }), 'expiresAt must'],
    ['an expiry on no day', row({ expiresAt: '2027-02-30T00:00:00Z' }), 'expiresAt must'],
    ['an expiry in no month', row({ expiresAt: '2027-13-01T00:00:00Z' }), 'expiresAt must'],
    ['an expiry at no time', row({ expiresAt: '2027-01-31T25:00:00Z' }), 'expiresAt must'],
    ['adhoc that is a text', row({ adhoc: 'true' }), 'adhoc must'],
    ['adhoc that is null', row({ adhoc: null }), 'adhoc must'],
  ])('is not %s', (_, faulty, words) => {
    const { keys, faults } = read(row({ name: 'a', sha256: hash('a') }), faulty)
    expect(keys).toEqual([])
    expect(faults).toEqual([expect.stringContaining(`key 2: ${words}`)])
    expect(faults.join()).not.toContain(CANARY)
  })

  test('is not a name or a hash twice', () => {
    const doubles = [row(), row({ sha256: hash('b') }), row({ name: 'c', sha256: hash('k').toUpperCase() })]
    expect(read(...doubles)).toEqual({
      keys: [],
      faults: ['key 2: name is that of a key before it.', 'key 3: sha256 is that of a key before it.'],
    })
  })

  test('is ten thousand rows at most: each presented key is compared with all of them', () => {
    const rows = Array.from({ length: 10_001 }, (_, index) => row({ name: `k${index}`, sha256: hash(`${index}`) }))
    expect(read(...rows.slice(1))).toMatchObject({ keys: { length: 10_000 }, faults: [] })
    expect(read(...rows)).toEqual({ keys: [], faults: ['it has more than 10000 keys.'] })
    // However many rows there are, and whatever is in them.
    expect(read(...Array.from({ length: 50_000 }, () => CANARY))).toEqual({
      keys: [],
      faults: ['it has more than 10000 keys.'],
    })
  })

  test('all that is wrong is told together', () => {
    const { faults } = read(row({ name: '', adhoc: 1 }), row(), row({ scopes: [1] }))
    expect(faults.map((fault) => fault.split(' ', 3).join(' '))).toEqual([
      'key 1: name',
      'key 1: adhoc',
      'key 3: scopes',
    ])
  })

  test('names that objects have are names like any other', () => {
    const { keys } = read(row({ name: 'constructor' }), row({ name: 'toString', sha256: hash('b') }))
    expect(keys.map(({ name }) => name)).toEqual(['constructor', 'toString'])
  })
})

describe('a keyring', () => {
  const keysOf = (...rows: object[]) => read(...rows).keys
  const a = { name: 'a', sha256: hash('scgw_a') }
  const b = { name: 'b', sha256: hash('scgw_b') }
  const c = { name: 'c', sha256: hash('scgw_c') }

  test('finds whose key it is, wherever its row stands, and nobody for anything else', () => {
    const ring = createKeyring()
    expect(ring.find('scgw_a')).toBeUndefined()
    ring.replace(keysOf(row(a), row(b), row(c)))
    for (const name of ['a', 'b', 'c']) expect(ring.find(`scgw_${name}`)?.name).toBe(name)
    for (const wrong of ['', 'scgw_', 'scgw_A', ' scgw_a', 'scgw_a ', hash('scgw_a'), '__proto__', 'x'.repeat(100_000)])
      expect(ring.find(wrong)).toBeUndefined()
  })

  test('gives one whose time is over too: whoever uses it looks at the time', () => {
    const ring = createKeyring()
    ring.replace(keysOf(row({ ...a, expiresAt: '2020-01-01T00:00:00Z' })))
    expect(ring.find('scgw_a')?.expiresAt).toBe(Date.UTC(2020, 0, 1))
  })

  test('keeps a row that says the same as the same one, and holds no longer what has changed or gone', () => {
    const ring = createKeyring()
    ring.replace(keysOf(row(a), row(b), row(c)))
    const [first, second, third] = ['scgw_a', 'scgw_b', 'scgw_c'].map((each) => ring.find(each)!)
    ring.replace(keysOf(row(c), row({ ...b, scopes: [] })))
    expect(ring.find('scgw_c')).toBe(third)
    expect([first, second, third].map((each) => ring.holds(each!))).toEqual([false, false, true])
    expect(ring.find('scgw_a')).toBeUndefined()
    expect(ring.find('scgw_b')?.scopes).toEqual([])
    ring.replace([])
    expect([ring.find('scgw_c'), ring.holds(third!)]).toEqual([undefined, false])
  })
})

describe.concurrent('a watched file', () => {
  let made = 0
  /** A watch of a file with this text, and what it tells. */
  function watched(text?: string) {
    const file = join(folder, `watched-${(made += 1)}`)
    if (text !== undefined) writeFileSync(file, text)
    const told: (string | undefined)[] = []
    const watch = watchFile(file, 10, (each) => void told.push(each))
    return { file, told, watch }
  }

  test('tells of what is written, replaced, taken away and put back', async ({ expect }) => {
    const { file, told, watch } = watched('one')
    expect(watch.text).toBe('one')
    writeFileSync(file, 'two')
    await expect.poll(() => told).toEqual(['two'])
    writeFileSync(`${file}.new`, 'three')
    renameSync(`${file}.new`, file)
    await expect.poll(() => told).toEqual(['two', 'three'])
    rmSync(file)
    await expect.poll(() => told).toEqual(['two', 'three', undefined])
    writeFileSync(file, 'four')
    await expect.poll(() => told).toEqual(['two', 'three', undefined, 'four'])
    watch.close()
  })

  test('tells nothing of a file that is written as it was', async ({ expect }) => {
    const { file, told, watch } = watched('same')
    writeFileSync(file, 'same')
    utimesSync(file, 1, 1)
    // As long as several looks take.
    await sleep(50)
    writeFileSync(file, 'other')
    await expect.poll(() => told).toEqual(['other'])
    watch.close()
  })

  test('never takes a file that is just being written for an empty one', async ({ expect }) => {
    const { file, told, watch } = watched('before')
    for (let round = 0; round < 10; round += 1) {
      truncateSync(file)
      await sleep(15)
      writeFileSync(file, `after ${round}`)
      await expect.poll(() => told.at(-1)).toBe(`after ${round}`)
    }
    expect(told).not.toContain('')
    watch.close()
  })

  test('that never comes to rest is believed all the same; nothing is told of it once the watch is closed', async ({
    expect,
  }) => {
    const { file, told, watch } = watched('0')
    let count = 0
    const restless = setInterval(() => writeFileSync(file, `${(count += 1)}`), 5)
    await expect.poll(() => told.length, { timeout: 5_000 }).toBeGreaterThan(1)
    // A look is under way whenever this is.
    watch.close()
    const before = [...told]
    await sleep(500)
    clearInterval(restless)
    expect(told).toEqual(before)
  })

  test('is not taken for lost while the process can open no more files', async ({ expect }) => {
    const file = join(folder, 'scarce')
    writeFileSync(file, 'held')
    const script = `
      import { openSync } from 'node:fs'
      import { watchFile } from './src/access/watched-file.ts'
      const told = []
      const { text, close } = watchFile(${JSON.stringify(file)}, 10, (each) => told.push(each))
      let code
      try { for (;;) openSync('/dev/null') } catch (error) { code = error.code }
      setTimeout(() => { close(); process.stdout.write(JSON.stringify([text, code, told])) }, 300)`
    const { stdout, stderr } = await startProcess(
      {},
      {
        node: '/bin/sh',
        args: ['-c', 'ulimit -n 100; exec "$0" "$@"', process.execPath, '--input-type=module', '-e', script],
      },
    ).ended
    expect([stderr, JSON.parse(stdout)]).toEqual(['', ['held', 'EMFILE', []]])
  })

  test.each<[string, (file: string) => unknown]>([
    ['is not there', () => undefined],
    ['is a folder', (file) => mkdirSync(file)],
    ['is larger than 10 MB', (file) => writeFileSync(file, ' '.repeat(10_000_001))],
    ['is no text', (file) => writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d]))],
    ['is a pipe that nobody writes to', (file) => execFileSync('mkfifo', [file])],
  ])('holds nothing where it %s, until it is mended', async (_, make) => {
    const file = join(folder, `unfit-${(made += 1)}`)
    make(file)
    const told: (string | undefined)[] = []
    const watch = watchFile(file, 10, (each) => void told.push(each))
    expect(watch.text).toBeUndefined()
    rmSync(file, { recursive: true, force: true })
    writeFileSync(file, '\uFEFFmended')
    await expect.poll(() => told).toEqual(['mended'])
    watch.close()
  })
})
