// `npm run bench`: all benchmarks, one after the other; with a name only that one, which takes what options follow.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const BENCHES: Readonly<Record<string, string>> = {
  json: 'json.ts',
  queries: 'queries/queries.ts',
  live: 'live/live.ts',
  soak: 'queries/soak.ts',
}
/** A soak takes long, and is asked for by its name. */
const USUAL = ['json', 'queries', 'live']

const [, , name, ...options] = process.argv
const names = name === undefined ? USUAL : [name]
if (names.every((each) => Object.hasOwn(BENCHES, each))) {
  for (const each of names) run(each)
} else {
  console.error(
    `There is no benchmark "${name}": name one of ${Object.keys(BENCHES).join(', ')}, and then its options.`,
  )
  process.exitCode = 1
}

function run(bench: string): void {
  const script = join(import.meta.dirname, BENCHES[bench] ?? '')
  const { status } = spawnSync(process.execPath, [script, ...options], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
