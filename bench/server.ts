// A server under test as a process of its own, watched from outside.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Told } from './probe.ts'

export interface Server {
  readonly websocketUrl: string
  /** CPU time until now, of all its threads, in microseconds. */
  cpu(): number
  /** What it holds after a full garbage collection. */
  memory(): Promise<Memory>
  /** Ends it, and resolves when it has gone. */
  close(): Promise<void>
}

/** In bytes. */
export interface Memory {
  /** Pages in memory, without what the kernel keeps for its sockets. */
  readonly resident: number
  /** The same without the young generation, whose size is that of the last rush and no matter of how many sockets there are. */
  readonly old: number
  /** What of heap and buffers is in use. */
  readonly inUse: number
}

const root = join(import.meta.dirname, '..')

export async function startServer(
  script: string,
  env: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<Server> {
  const probe = ['--expose-gc', '--import', './bench/probe.ts']
  const child = spawn(process.execPath, [...flags, ...probe, script], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  })
  const gone = once(child, 'exit')
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const proc = `/proc/${child.pid}`
  const stdout = child.stdio[1] as Readable
  const told = child.stdio[3] as Readable
  const line = await Promise.race([lineOf(stdout), gone])
  const [websocketUrl] = /ws:\/\/\S+/.exec(String(line)) ?? []
  if (!websocketUrl) throw new Error(`${script} did not start`)
  return {
    websocketUrl,
    cpu: () =>
      readdirSync(`${proc}/task`)
        .map((thread) => Number(readFileSync(`${proc}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]) / 1_000)
        .reduce((sum, each) => sum + each, 0),
    async memory() {
      child.kill('SIGUSR2')
      const { inUse, young } = JSON.parse(await lineOf(told)) as Told
      const [, kibibytes] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`${proc}/status`, 'utf8')) ?? []
      const resident = Number(kibibytes) * 1024
      return { resident, old: resident - young, inUse }
    },
    async close() {
      child.kill()
      const patience = setTimeout(kill, 8_000)
      await gone
      clearTimeout(patience)
      process.off('exit', kill)
    },
  }
}

async function lineOf(stream: Readable): Promise<string> {
  const [chunk] = (await once(stream, 'data')) as [Buffer]
  return chunk.toString()
}
