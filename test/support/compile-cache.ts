// What Node has compiled is kept for as long as the tests run: the gateways that they start as processes begin in two thirds of the time.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export default function setup(): (() => Promise<void>) | undefined {
  // Each project of the configuration comes by here, and so do the tests that tests run.
  if (process.env['NODE_COMPILE_CACHE'] !== undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'compile-cache-'))
  process.env['NODE_COMPILE_CACHE'] = folder
  // The last process that writes into it has ended by then.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

  // It is written by a process that ends by itself, which those that are killed do not: this one loads everything, and ends at its port.
  const env = { NODE_COMPILE_CACHE: folder, PORT: 'none' }
  const first = spawn(process.execPath, ['src/main.ts'], {
    cwd: join(import.meta.dirname, '../..'),
    env,
    stdio: 'ignore',
  })
  const ended = once(first, 'close')
  return async () => {
    first.kill('SIGKILL')
    await ended
  }
}
