// How something goes from NEW over PENDING to its end: by itself as time goes, or sooner when somebody moves it.
import type { Agenda } from './agenda.ts'

/** How long it stays NEW, when it ends, and how. */
export type Journey<Ending extends string> = {
  readonly sentAfter: number
  readonly endsAfter: number
  readonly ending: Ending
}

export type Traveller<Ending extends string> = {
  readonly createdAt: Date
  readonly journey: Journey<Ending>
  status: 'NEW' | 'PENDING' | Ending
  updatedAt: Date
}

export type Guide<Ending extends string, Thing> = {
  begin(thing: Thing): void
  /** False where it cannot go there any more. */
  move(thing: Thing, status: 'PENDING' | Ending, at: number): boolean
}

type GuideDependencies<Ending extends string, Thing> = {
  readonly agenda: Agenda
  /** The endings that come before anything is sent: from NEW, and from there only. */
  readonly early: readonly Ending[]
  readonly arrive: (thing: Thing, status: 'PENDING' | Ending, at: number) => void
}

export function createGuide<Ending extends string, Thing extends Traveller<Ending>>({
  agenda,
  early,
  arrive,
}: GuideDependencies<Ending, Thing>): Guide<Ending, Thing> {
  function reach(thing: Thing, status: 'PENDING' | Ending, at: number): void {
    thing.status = status
    thing.updatedAt = new Date(at)
    arrive(thing, status, at)
  }

  function move(thing: Thing, status: 'PENDING' | Ending, at: number): boolean {
    const isEarly = early.some((ending) => ending === status)
    const canGo = thing.status === 'NEW' || (thing.status === 'PENDING' && status !== 'PENDING' && !isEarly)
    if (!canGo) return false
    if (thing.status === 'NEW' && status !== 'PENDING' && !isEarly) reach(thing, 'PENDING', at)
    reach(thing, status, at)
    return true
  }

  return {
    move,
    begin(thing) {
      const { sentAfter, endsAfter, ending } = thing.journey
      const startedAt = thing.createdAt.getTime()
      if (!early.includes(ending)) agenda.at(startedAt + sentAfter, (at) => void move(thing, 'PENDING', at))
      agenda.at(startedAt + endsAfter, (at) => void move(thing, ending, at))
    },
  }
}

/** Puts a row where its age belongs: what is recorded late must not stand after what was made later. */
export function insertByAge<Row extends { readonly createdAt: Date }>(rows: Row[], row: Row): void {
  let place = rows.length
  while (place > 0 && (rows[place - 1]?.createdAt.getTime() ?? 0) > row.createdAt.getTime()) place -= 1
  rows.splice(place, 0, row)
}
