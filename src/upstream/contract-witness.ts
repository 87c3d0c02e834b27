// What a run of the contract sees of each endpoint's answers: what did not fit, and which fields nobody looked for.
import { createDrift } from './drift.ts'
import type { Drift } from './drift.ts'

export interface Witness extends Drift {
  /** What did not fit an endpoint's row, by its place; empty where all of it did. */
  misfits(endpoint: string): readonly string[]
  /** Which fields there are besides, or which there are at all where what was looked for could not be read. */
  fields(endpoint: string): readonly string[]
}

interface Place {
  readonly names: Set<string>
  readonly sought: Set<string>
}

export function createWitness(): Witness {
  const drift = createDrift(() => {})
  const places = new Map<string, Map<string, Place>>()
  const misfits = (endpoint: string): string[] =>
    drift.counts().flatMap((shape) => (shape.endpoint === endpoint ? [`${shape.at} ${shape.what}`] : []))
  return {
    ...drift,
    of: (endpoint) => ({
      ...drift.of(endpoint),
      sought({ at, fields }, names) {
        const known = places.get(endpoint) ?? new Map<string, Place>()
        const key = at.replace(/\[\d+\]/g, '[]')
        const place = known.get(key) ?? { names: new Set(), sought: new Set() }
        for (const name of Object.keys(fields)) place.names.add(name)
        for (const name of names) place.sought.add(name)
        places.set(endpoint, known.set(key, place))
      },
    }),
    misfits,
    fields(endpoint) {
      const unread = drift.counts().some((shape) => shape.endpoint === endpoint && shape.kind === 'misfit')
      return [...(places.get(endpoint) ?? [])].flatMap(([at, { names, sought }]) => {
        const listed = [...names].filter((name) => unread || !sought.has(name))
        return listed.length > 0 ? [`${at} ${unread ? 'has' : 'also has'} ${listing(listed)}`] : []
      })
    },
  }
}

const MOST_LISTED = 30

/** A name goes on only where it reads like one that somebody gave a field: a key may as well be an id or a code. */
function listing(names: readonly string[]): string {
  const plain = names.filter((name) => /^[a-z][A-Za-z_]{0,39}$/.test(name)).slice(0, MOST_LISTED)
  const others = names.length - plain.length
  return [...plain, ...(others > 0 ? [`${others} more`] : [])].join(', ')
}
