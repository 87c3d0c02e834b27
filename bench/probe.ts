// Loaded before a server under test, which knows nothing of it: when asked by a signal, it tells of its heap.
import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { getHeapSpaceStatistics } from 'node:v8'

/** Where it writes to, a line of JSON. */
const PROBE_FD = 3

/** In bytes. */
export interface Told {
  readonly inUse: number
  /** What V8 keeps for new objects, used or not. */
  readonly young: number
}

process.on('SIGUSR2', () => void tell())

async function tell(): Promise<void> {
  // A second time for what the first one has only let go of; then V8 gives pages back to the system.
  gc?.()
  await delay(100)
  gc?.()
  await delay(300)
  const { heapUsed, external } = process.memoryUsage()
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
  const told: Told = { inUse: heapUsed + external, young: young?.physical_space_size ?? 0 }
  writeSync(PROBE_FD, `${JSON.stringify(told)}\n`)
}
