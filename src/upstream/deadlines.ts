// When calls are late: one timer for all of them, since most have equally long and so are late in the order in which they began.

export interface Deadlines {
  /** Calls `late` at that time, in milliseconds of `performance.now()`, if it was not taken out before. */
  add(at: number, late: () => void): Deadline
  /** Takes it out; does nothing where it is out already. */
  remove(deadline: Deadline): void
}

/** Links of a chain; whoever has one gives it back and looks at nothing. */
export interface Deadline {
  readonly at: number
  readonly late: () => void
  before: Deadline | undefined
  after: Deadline | undefined
  isIn: boolean
}

/** A timer of node's own for each call costs several times as much. Entered from its end, where one that begins now belongs. */
export function createDeadlines(): Deadlines {
  let first: Deadline | undefined
  let last: Deadline | undefined
  let timer: NodeJS.Timeout | undefined
  /** When the timer goes off; it is not put off when the first one is taken out, but finds nobody late then. */
  let wakesAt = Number.POSITIVE_INFINITY

  const remove = (deadline: Deadline): void => {
    if (!deadline.isIn) return
    const { before, after } = deadline
    if (before) before.after = after
    else first = after
    if (after) after.before = before
    else last = before
    deadline.isIn = false
    // One that is old already would hold on to all that came after it.
    deadline.before = undefined
    deadline.after = undefined
    // Nobody waits: nothing holds the process.
    if (!first) timer?.unref()
  }
  const watch = (): void => {
    if (!first || first.at >= wakesAt) return
    clearTimeout(timer)
    wakesAt = first.at
    timer = setTimeout(wake, Math.max(0, Math.ceil(wakesAt - performance.now())))
  }
  const wake = (): void => {
    wakesAt = Number.POSITIVE_INFINITY
    // A timer may go off within the millisecond before its time.
    const now = performance.now() + 1
    while (first && first.at <= now) {
      const { late } = first
      remove(first)
      late()
    }
    watch()
  }
  return {
    remove,
    add(at, late) {
      let before = last
      while (before && before.at > at) before = before.before
      const after = before ? before.after : first
      const deadline: Deadline = { at, late, before, after, isIn: true }
      if (before) before.after = deadline
      else first = deadline
      if (after) after.before = deadline
      else last = deadline
      if (first === last) timer?.ref()
      watch()
      return deadline
    },
  }
}
