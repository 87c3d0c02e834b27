// One reader of a channel: a slot that holds the latest text, never a queue, so that a reader who stalls costs one text.

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

/** What the channel does to it. */
export interface TakenSeat<T> extends Seat {
  offer(delivery: Delivery<T>): void
  /** Ends it, once what is in the slot has been taken. */
  end(error?: unknown): void
  /** Whether it has had nothing yet. */
  isNew(): boolean
}

export function createSeat<T>(isSame: (a: T, b: T) => boolean, left: () => void): TakenSeat<T> {
  let reader: Reader | undefined
  let taken: Delivery<T> | undefined
  let slot: Delivery<T> | undefined
  let ended: { readonly error: unknown } | undefined
  let isOver = false

  const over = (): void => {
    isOver = true
    slot = undefined
    left()
  }
  const settle = (): void => {
    if (!reader) return
    if (slot && reader.isReady()) {
      taken = slot
      slot = undefined
      reader.take(taken.text)
    }
    // It may have left as it took that.
    if (isOver || slot || !ended) return
    over()
    reader.end(ended.error)
  }
  /** Nothing new, where a value has come back to what it was or the part that was asked for has not moved. */
  const isNews = (delivery: Delivery<T>): boolean =>
    !taken || (taken.text !== delivery.text && !isSame(taken.value, delivery.value))

  return {
    begin(given) {
      reader = given
      settle()
    },
    resume: settle,
    leave() {
      if (!isOver) over()
    },
    offer(delivery) {
      if (isOver || ended || delivery.event < (slot ?? taken ?? delivery).event) return
      slot = isNews(delivery) ? delivery : undefined
      settle()
    },
    end(error) {
      ended ??= { error }
      settle()
    },
    isNew: () => !taken && !slot,
  }
}
