// How the tests run: real sockets in processes of their own, one copy of graphql, a plain reporter, a JSON report when asked for one.

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const report = process.env.TEST_REPORT

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
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
})
