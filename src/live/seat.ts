// The readers of a channel: each has a slot that holds the latest text, never a queue, so that a reader who stalls costs one text.

/** An event as it is handed out. */
export interface Delivery<T> {
  /** Which event of the channel it is, counted from 1: one that is executed again keeps its number. */
  readonly event: number
  readonly value: T
  readonly text: string
  /** When it was executed, in milliseconds of `performance.now()`. */
  readonly at: number
}

/** Where texts go. */
export interface Reader {
  /** Whether what it was given before is on its way, so that it would take more. It asks for that by `resume`. */
  isReady(): boolean
  take(text: string): void
  /** Nothing more comes; with an error, since it failed. */
  end(error?: unknown): void
}

export interface Seat {
  /** Begins, with what is known already. Once. */
  begin(reader: Reader): void
  /** Gives a reader that was not ready what has come since. */
  resume(): void
  /** Nothing more is wanted; the reader hears nothing any more, not even of the end. */
  leave(): void
}

/** A seat and what is known of it: all in one object, since each event goes to thousands of them. */
export interface TakenSeat<T> extends Seat {
  reader: Reader | undefined
  taken: Delivery<T> | undefined
  slot: Delivery<T> | undefined
  ended: { readonly error: unknown } | undefined
  isOver: boolean
}

/** The seats of a channel. */
export interface Seats<T> {
  readonly all: ReadonlySet<TakenSeat<T>>
  take(): TakenSeat<T>
  offer(seat: TakenSeat<T>, delivery: Delivery<T>): void
  /** Ends it, once what is in the slot has been taken. */
  end(seat: TakenSeat<T>, error?: unknown): void
}

/** `emptied` is called whenever the last one is left or has ended. */
export function createSeats<T>(isSame: (a: T, b: T) => boolean, emptied: () => void): Seats<T> {
  const all = new Set<TakenSeat<T>>()
  const over = (seat: TakenSeat<T>): void => {
    seat.isOver = true
    seat.slot = undefined
    all.delete(seat)
    if (all.size === 0) emptied()
  }
  const settle = (seat: TakenSeat<T>): void => {
    const { reader, slot } = seat
    if (!reader) return
    if (slot && reader.isReady()) {
      seat.taken = slot
      seat.slot = undefined
      reader.take(slot.text)
    }
    // It may have left as it took that.
    if (!seat.ended || seat.isOver || seat.slot) return
    over(seat)
    reader.end(seat.ended.error)
  }
  let asked: { readonly taken: Delivery<T>; readonly delivery: Delivery<T>; readonly isNews: boolean } | undefined
  /** Nothing new, where a value has come back to what it was or the part that was asked for has not moved. Most have taken the same one. */
  const isNews = (taken: Delivery<T>, delivery: Delivery<T>): boolean => {
    if (asked?.taken !== taken || asked.delivery !== delivery) {
      const differs = taken.text !== delivery.text && !isSame(taken.value, delivery.value)
      asked = { taken, delivery, isNews: differs }
    }
    return asked.isNews
  }

  return {
    all,
    take() {
      const seat: TakenSeat<T> = {
        reader: undefined,
        taken: undefined,
        slot: undefined,
        ended: undefined,
        isOver: false,
        begin(reader) {
          seat.reader = reader
          settle(seat)
        },
        resume: () => settle(seat),
        leave() {
          if (!seat.isOver) over(seat)
        },
      }
      all.add(seat)
      return seat
    },
    offer(seat, delivery) {
      const { taken, slot } = seat
      if (seat.isOver || seat.ended || delivery.event < (slot ?? taken ?? delivery).event) return
      seat.slot = !taken || isNews(taken, delivery) ? delivery : undefined
      settle(seat)
    },
    end(seat, error) {
      seat.ended ??= { error }
      settle(seat)
    },
  }
}
