// So many at a time: who comes when all places are taken waits for one, in the order of their coming.

/** Runs it when there is a place. It must reject and not throw. */
export type Limit = <T>(run: () => Promise<T>) => Promise<T>

export function createLimit(most: number): Limit {
  let waiting: (() => void)[] | undefined
  let free = most
  const leave = (): void => {
    const next = waiting?.shift()
    // A place that somebody waits for is theirs, and nobody's who comes in between.
    if (next) next()
    else free += 1
  }
  const enter = <T>(run: () => Promise<T>): Promise<T> => {
    const ran = run()
    ran.then(leave, leave)
    return ran
  }
  return (run) => {
    if (free > 0) {
      free -= 1
      return enter(run)
    }
    return new Promise((resolve) => (waiting ??= []).push(() => resolve(enter(run))))
  }
}
