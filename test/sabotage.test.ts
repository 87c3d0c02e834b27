// Deliberate sabotages of what moves money, each in a copy of the gateway, and the tests that must turn red by it:
//
// | sabotage                             | turns red                                                                                     |
// | ------------------------------------ | --------------------------------------------------------------------------------------------- |
// | the money POST is tried again        | money.test.ts, killed.test.ts (a call that is given up), fault-table.test.ts, outcome-unknown  |
// | the journal is written afterwards    | money.test.ts, killed.test.ts (whatever is killed after the request), fault-table.test.ts      |
// | a key is claimed without the disk    | journal.test.ts; calls of one process are held apart in its memory, too, and so crowds.test.ts |
// |                                      | stays green until that has gone as well                                                       |
// | parseFloat on an amount              | exact-amounts.test.ts, create-exchange.test.ts, and oxlint refuses the word                    |
//
// The quickest of them are run here. What is to be replaced must be there, exactly once: who changes it, changes it here.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const folders = mkdtempSync(join(tmpdir(), 'sabotage-'))
afterAll(() => rmSync(folders, { recursive: true, force: true }))

interface Sabotage {
  /** In which file of src, what is replaced by what. */
  readonly changes: readonly (readonly [file: string, from: string, to: string])[]
  /** The tests that must fail, by their files and names. */
  readonly reds: readonly (readonly [file: string, name: string])[]
}

const NO_CONSTRAINT = [
  'money/journal.ts',
  `candidates TEXT,
     PRIMARY KEY (upstream, scope, key)
   ) STRICT, WITHOUT ROWID;`,
  `candidates TEXT
   ) STRICT;`,
] as const

const SABOTAGES: Readonly<Record<string, Sabotage>> = {
  'a retry on the money POST, where it is made': {
    changes: [
      [
        'money/perform.ts',
        'await request.send(externalId)',
        'await request.send(externalId).catch(() => request.send(externalId))',
      ],
    ],
    reds: [
      [
        'money.test.ts',
        'a call that was made > and ended in an unknown effect stays UNKNOWN, is looked for, and is never sent again',
      ],
    ],
  },
  'a retry on all calls, where they are sent': {
    changes: [['upstream/call.ts', '=> agent.send(whole))', '=> agent.send(whole).catch(() => agent.send(whole)))']],
    reds: [
      [
        'outcome-unknown.test.ts',
        'createExchange > of which nobody knows what it did > is OutcomeUnknown after the end of the connection, and never sent again',
      ],
    ],
  },
  'the journal written after the request': {
    changes: [
      ['money/perform.ts', '  await claim(request, flight, desk)\n  // The disk', '  // The disk'],
      [
        'money/perform.ts',
        '  const sent = await send(request, externalIdOf(flight.place))\n',
        '  const sent = await send(request, externalIdOf(flight.place))\n  await claim(request, flight, desk)\n',
      ],
    ],
    reds: [
      ['money.test.ts', 'a call that was made > has its intent on the disk before it leaves'],
      [
        'killed.test.ts',
        'a gateway that is killed in payOrder > after the request, which was executed: the history tells, and it is not sent again',
      ],
    ],
  },
  'the claim without a unique constraint': {
    changes: [NO_CONSTRAINT],
    reds: [
      [
        'journal.test.ts',
        'a key > is claimed once: the second claim rejects and changes nothing, in the same turn and later',
      ],
      ['journal.test.ts', 'a key > that is settled or unknown is taken as well'],
    ],
  },
  'the claim without a unique constraint, on the disk or in memory': {
    changes: [NO_CONSTRAINT, ['money/money.ts', '    flights.set(placeKey(place), flight)\n', '']],
    reds: [['crowds.test.ts', 'one key at once for a hundred things is one of them, and a conflict to the others']],
  },
  'parseFloat on an amount that comes': {
    changes: [
      [
        'upstream/decode.ts',
        "typeof value === 'string' ? readDecimal(value) : undefined)",
        "typeof value === 'string' ? String(parseFloat(value)) : undefined)",
      ],
    ],
    reds: [
      [
        'exact-amounts.test.ts',
        '10,000 amounts (seed 20260310) > arrive at the client as the upstream wrote them, exponents written out',
      ],
    ],
  },
  'parseFloat on an amount that goes': {
    changes: [
      [
        'schema/scalars.ts',
        '    return value\n  },\n})\n\nconst ISO_TIME',
        '    return String(parseFloat(value))\n  },\n})\n\nconst ISO_TIME',
      ],
    ],
    reds: [
      [
        'create-exchange.test.ts',
        'an exchange > of 123456789012345678901234567890.10 sends that amount digit for digit, as JSON text',
      ],
    ],
  },
}

/** The gateway and its tests in a folder of their own, with these changes. */
function copyOf(changes: Sabotage['changes']): string {
  const folder = mkdtempSync(join(folders, 'copy-'))
  for (const name of ['src', 'test', 'package.json', 'vitest.config.ts', 'tsconfig.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const [file, from, to] of changes) {
    const path = join(folder, 'src', file)
    const parts = readFileSync(path, 'utf8').split(from)
    if (parts.length !== 2) throw new Error(`${file} holds this ${parts.length - 1} times and not once: ${from}`)
    writeFileSync(path, parts.join(to))
  }
  return folder
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[]
      readonly title: string
      readonly status: string
    }[]
  }[]
}

/** Runs these tests alone in a folder: its exit code, and what became of each, by their names. */
async function run(
  folder: string,
  tests: Sabotage['reds'],
): Promise<{ code: number | null; ends: Record<string, string> }> {
  const files = [...new Set(tests.map(([file]) => `test/${file}`))]
  const names = tests.map(([, name]) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const report = join(folder, 'report.json')
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const child = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', ...files, '-t', `^(${names})$`, '--no-cache'],
    { cwd: folder, env: { PATH, NODE_COMPILE_CACHE, TEST_REPORT: report }, stdio: 'ignore' },
  )
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  const ran = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'skipped')
  return {
    code,
    ends: Object.fromEntries(
      ran.map(({ ancestorTitles, title, status }) => [[...ancestorTitles, title].join(' > '), status]),
    ),
  }
}

const allEnding = (status: string, tests: Sabotage['reds']): Record<string, string> =>
  Object.fromEntries(tests.map(([, name]) => [name, status]))

describe.concurrent('in a copy of the gateway', () => {
  test('that is left as it is, all of these tests pass', { timeout: 120_000 }, async ({ expect }) => {
    const tests = Object.values(SABOTAGES).flatMap(({ reds }) => reds)
    expect(await run(copyOf([]), tests)).toEqual({ code: 0, ends: allEnding('passed', tests) })
  })

  test.for(Object.entries(SABOTAGES))(
    '%s turns them red',
    { timeout: 120_000 },
    async ([_name, { changes, reds }], { expect }) => {
      expect(await run(copyOf(changes), reds)).toEqual({ code: 1, ends: allEnding('failed', reds) })
    },
  )
})
