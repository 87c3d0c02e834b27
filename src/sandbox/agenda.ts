// What is going to happen and when; done, in order, once somebody looks after that time, so that no timer is needed.

export type Agenda = {
  at(time: number, run: (time: number) => void): void
  runUntil(now: number): void
}

export function createAgenda(): Agenda {
  let coming: { readonly time: number; readonly run: (time: number) => void }[] = []
  return {
    at(time, run) {
      const place = coming.findIndex((event) => event.time > time)
      coming.splice(place < 0 ? coming.length : place, 0, { time, run })
    },
    runUntil(now) {
      for (let event = coming[0]; event !== undefined && event.time <= now; event = coming[0]) {
        coming = coming.slice(1)
        event.run(event.time)
      }
    },
  }
}
