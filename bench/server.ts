// A server under test as a process of its own, watched from outside.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Told } from './probe.ts'

export interface Server {
  readonly pid: number
  readonly url: string
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

export const root = join(import.meta.dirname, '..')

/** Where a server runs and tells. */
export interface Place {
  /** The one core that it may have; all unless told. */
  readonly core?: number
  /** The file that takes what it says on standard error, where its log goes; said aloud unless told. */
  readonly log?: string
}

export async function startServer(
  script: string,
  env: Record<string, string> = {},
  flags: readonly string[] = [],
  { core, log }: Place = {},
): Promise<Server> {
  const probe = ['--expose-gc', '--import', './bench/probe.ts']
  const [command = '', ...args] = onCore(core, [process.execPath, ...flags, ...probe, script])
  const errors = log === undefined ? 'inherit' : openSync(log, 'a')
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', errors, 'pipe'] })
  if (typeof errors === 'number') closeSync(errors)
  const gone = once(child, 'exit')
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const pid = child.pid ?? 0
  const stdout = child.stdio[1] as Readable
  const told = child.stdio[3] as Readable
  const line = await Promise.race([lineOf(stdout), gone])
  const place = placeIn(String(line))
  if (!place) throw new Error(`${script} did not start${log === undefined ? '' : `: ${readFileSync(log, 'utf8')}`}`)
  // What it says later is nobody's business, and must not hold it up.
  stdout.resume()
  return {
    pid,
    url: `http://${place}/graphql`,
    websocketUrl: `ws://${place}/graphql`,
    cpu: () => cpuOf(pid),
    async memory() {
      child.kill('SIGUSR2')
      const { inUse, young } = JSON.parse(await lineOf(told)) as Told
      const [, kibibytes] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
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

/** CPU time of a process until now, of all its threads, in microseconds. */
export function cpuOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]) / 1_000)
    .reduce((sum, each) => sum + each, 0)
}

/** A command that may have one core only, where the machine has several and a way to say so. */
export function onCore(core: number | undefined, command: readonly string[]): readonly string[] {
  const isPossible = core !== undefined && core < availableParallelism() && existsSync('/usr/bin/taskset')
  return isPossible ? ['/usr/bin/taskset', '-c', String(core), ...command] : command
}

/** Host and port in the line that a server says when it listens. */
export function placeIn(line: string): string | undefined {
  return /(?:http|ws):\/\/([^/\s]+)/.exec(line)?.[1]
}

async function lineOf(stream: Readable): Promise<string> {
  const [chunk] = (await once(stream, 'data')) as [Buffer]
  return chunk.toString()
}
