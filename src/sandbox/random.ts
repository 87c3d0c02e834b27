// Chance that repeats: one seed gives the same draws on each machine and at each start.
import { createHash } from 'node:crypto'

export type Random = {
  /** A whole number from 0 up to, but not including, the limit. */
  integer(limit: number): number
  /** The same for amounts, which may exceed what a number holds. */
  units(limit: bigint): bigint
  pick<Item>(items: readonly Item[]): Item
  shuffle<Item>(items: readonly Item[]): Item[]
  hex(length: number): string
  uuid(): string
  /** A stream of its own, so that a new user of chance does not shift the draws of the others. */
  fork(label: string): Random
}

export function createRandom(seed: string): Random {
  const next = createStream(seed)
  const random: Random = {
    integer: (limit) => next() % limit,
    units(limit) {
      let drawn = 0n
      for (let bits = 0; bits < 128; bits += 32) drawn = (drawn << 32n) | BigInt(next())
      return drawn % limit
    },
    pick(items) {
      const item = items[random.integer(items.length)]
      if (item === undefined) throw new Error('Nothing to pick from.')
      return item
    },
    shuffle(items) {
      const keyed = items.map((item) => ({ item, key: next() }))
      return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item)
    },
    hex(length) {
      let text = ''
      while (text.length < length) text += next().toString(16).padStart(8, '0')
      return text.slice(0, length)
    },
    uuid() {
      const digits = random.hex(32)
      const variant = '89ab'.charAt(random.integer(4))
      return [
        digits.slice(0, 8),
        digits.slice(8, 12),
        `4${digits.slice(13, 16)}`,
        `${variant}${digits.slice(17, 20)}`,
        digits.slice(20),
      ].join('-')
    },
    fork: (label) => createRandom(`${seed}/${label}`),
  }
  return random
}

/** A number of 32 bits that depends on nothing but its arguments: chance with random access. */
export function hashOf(seed: number, octave: number, index: number): number {
  let hash = seed
  for (const part of [octave, index]) {
    hash = Math.imul(hash ^ part, 0x9e3779b1)
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca77)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d)
    hash ^= hash >>> 16
  }
  return hash >>> 0
}

// The generator sfc32: integers only, no state but four words.
function createStream(seed: string): () => number {
  const digest = createHash('sha256').update(seed).digest()
  let a = digest.readUInt32LE(0)
  let b = digest.readUInt32LE(4)
  let c = digest.readUInt32LE(8)
  let counter = digest.readUInt32LE(12)
  return () => {
    const drawn = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + drawn) | 0
    return drawn >>> 0
  }
}
