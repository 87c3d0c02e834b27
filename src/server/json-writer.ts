// JSON written as bytes, into room that is used again and again: no object, no text and no copy of either is made of what an answer holds.

export interface JsonWriter {
  /** How many bytes there are. */
  length(): number
  /** Forgets all but the first so many. */
  cut(length: number): void
  /** A copy of all but the first so many. */
  copy(from: number): Buffer
  /** The same, and the first so many are all that is left. */
  take(from: number): Buffer
  /** Bytes as they are. */
  bytes(bytes: Uint8Array): void
  /** Whatever JSON can hold. */
  value(value: unknown): void
}

const FIRST_ROOM = 65_536
/** What a long answer took is given back with it. */
const LARGEST_KEPT_ROOM = 1_000_000

/** To be used by one at a time, from its first byte until it is taken. */
export function createJsonWriter(): JsonWriter {
  let room: Buffer = Buffer.allocUnsafeSlow(FIRST_ROOM)
  let end = 0

  const need = (more: number): void => {
    if (end + more <= room.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(room.length * 2, end + more))
    room.copy(larger, 0, 0, end)
    room = larger
  }
  const bytes = (given: Uint8Array): void => {
    need(given.length)
    // Most are a few bytes, which is less than it takes to call somebody for them.
    for (let index = 0; index < given.length; index += 1) room[end + index] = given[index] as number
    end += given.length
  }
  const copy = (from: number): Buffer => {
    const copied = Buffer.allocUnsafe(end - from)
    room.copy(copied, 0, from, end)
    return copied
  }
  const latin = (text: string): void => {
    need(text.length)
    end += room.write(text, end, 'latin1')
  }
  /** As JSON.stringify has it, which is asked where there is a letter that it may write in another way. */
  const text = (value: string): void => {
    const { length } = value
    need(length + 2)
    let at = end
    room[at] = QUOTE
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index)
      if (code < FIRST_PLAIN || code > LAST_PLAIN || code === QUOTE || code === BACKSLASH) return escaped(value)
      at += 1
      room[at] = code
    }
    room[at + 1] = QUOTE
    end = at + 2
  }
  const escaped = (value: unknown): void => {
    const json = JSON.stringify(value) ?? 'null'
    // No letter of JSON's takes more than three bytes for each of its UTF-16 units.
    need(json.length * 3)
    end += room.write(json, end)
  }

  return {
    length: () => end,
    cut: (length) => void (end = length),
    copy,
    take(from) {
      const taken = copy(from)
      end = from
      if (from === 0 && room.length > LARGEST_KEPT_ROOM) room = Buffer.allocUnsafeSlow(FIRST_ROOM)
      return taken
    },
    bytes,
    value(value) {
      if (typeof value === 'string') text(value)
      else if (typeof value === 'boolean' || Number.isFinite(value)) latin(String(value))
      else escaped(value)
    },
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [FIRST_PLAIN, LAST_PLAIN] = [0x20, 0x7e]
