// How the tests run: real sockets in processes of their own, one copy of graphql, a plain reporter, a JSON report when asked for one.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const report = process.env.TEST_REPORT

/**
 * Who touches what a process has one of (timers and spies, memory, the module that connects), sets how the tests run, or starts processes has a
 * process alone. The others share two, one file after the other, which saves a second of loading for each.
 */
const touchesProcess =
  /\bvi\.\w|process\.memoryUsage|node:child_process|queries\/child\.ts|support\/(attempts|crowd|lanes|line|process)\.ts/
const files = globSync('test/**/*.test.ts', { cwd: import.meta.dirname })
const alone = files.filter((file) => touchesProcess.test(readFileSync(new URL(file, import.meta.url), 'utf8')))

export default defineConfig({
  plugins: [
    {
      // Vite would pick another build of graphql for our files than Node picks for yoga and Pothos: "another module or realm".
      name: 'one-graphql',
      enforce: 'pre',
      resolveId: (id) => (/^graphql(\/|$)/.test(id) ? fileURLToPath(import.meta.resolve(id)) : undefined),
    },
  ],
  test: {
    globalSetup: 'test/support/compile-cache.ts',
    setupFiles: 'test/support/each-file.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    // They run in the order of their names: the long files are in the first one, and the short ones fill what is left of the time.
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      { extends: true, test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: alone, isolate: false } },
    ],
  },
})
