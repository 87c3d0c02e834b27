// The numbers of a JSON text put in quotes, so that the platform's own parser hands them over with each of their digits: no other is as fast.

/** Several times what any documented answer has: whoever goes through one level by level must never run out of stack. */
const DEEPEST = 32

/** Room to work in: the text as it came, its end, and behind that the text with its quotes. */
interface Room {
  readonly bytes: Buffer
  /** The same bytes, for reading and writing several at once. */
  readonly view: DataView
}

const [SPACE, QUOTE, BACKSLASH, COLON, COMMA] = [0x20, 0x22, 0x5c, 0x3a, 0x2c]
const [MINUS, PLUS, POINT, ZERO, NINE] = [0x2d, 0x2b, 0x2e, 0x30, 0x39]
/** `[` and `{`, `]` and `}`, `E` and `e` are one byte each but for this bit. */
const SMALL = 0x20
const [OPEN, CLOSE, EXPONENT] = [0x7b, 0x7d, 0x65]

/** Ends a number and a text that is left open, however many bytes are read at once. */
const END = Buffer.alloc(8, QUOTE)

/**
 * All but the longest answers (a page of 100 rows has some 40 kB) are read in the same room, in which nothing is left that is read again: a new
 * one each time costs a tenth of the reading.
 */
const USUAL_BYTES = 65_536
const usual = roomFor(USUAL_BYTES)

function roomFor(length: number): Room {
  // With quotes around each digit of `1,2,3` it is twice as long, and a byte.
  const bytes = Buffer.allocUnsafeSlow(3 * (length + END.length))
  return { bytes, view: new DataView(bytes.buffer) }
}

/**
 * The text with quotes around its numbers. What is no JSON stays none: where no number may stand no text may either, but for the place before
 * a colon, and there it is left as it is; what only begins like a number, such as `007`, `1.` or `-`, is left too. Throws a RangeError where
 * lists and objects lie too deep in each other.
 */
export function withQuotedNumbers(body: Buffer): string {
  const { length } = body
  const room = length <= USUAL_BYTES ? usual : roomFor(length)
  const { bytes } = room
  bytes.set(body)
  bytes.set(END, length)
  const start = length + END.length
  // A byte is written so far behind the place where it was read.
  let ahead = start
  let depth = 0
  let at = 0
  while (at < length) {
    const code = bytes[at] as number
    if (code === QUOTE) {
      at = copyTexts(room, at, ahead)
    } else if (isDigit(code) || code === MINUS) {
      const reached = reachOfNumber(bytes, at)
      const isNumber = reached > 0 && !isBeforeColon(bytes, reached)
      const end = Math.abs(reached)
      if (isNumber) bytes[at + ahead++] = QUOTE
      for (; at < end; at += 1) bytes[at + ahead] = bytes[at] as number
      if (isNumber) bytes[at + ahead++] = QUOTE
    } else {
      bytes[at + ahead] = code
      at += 1
      if ((code | SMALL) === CLOSE) depth -= 1
      else if ((code | SMALL) === OPEN && ++depth > DEEPEST) throw new RangeError('nested too deep')
    }
  }
  // A text that is left open ends in what is behind the end.
  return bytes.toString('utf8', start, length + ahead)
}

/** Copies a text, with its quotes, and those that follow it with nothing but a comma or a colon between; gives where the last one ends. */
function copyTexts(room: Room, from: number, ahead: number): number {
  const { bytes, view } = room
  let at = from
  for (;;) {
    bytes[at + ahead] = QUOTE
    at = copyToQuote(room, at + 1, ahead)
    const next = view.getUint16(at)
    if (next !== COMMA_QUOTE && next !== COLON_QUOTE) return at
    bytes[at + ahead] = next >> 8
    at += 1
  }
}

const COMMA_QUOTE = (COMMA << 8) | QUOTE
const COLON_QUOTE = (COLON << 8) | QUOTE

/** Copies, four bytes at a time, until behind the next quote that no backslash stands before. */
function copyToQuote({ bytes, view }: Room, from: number, ahead: number): number {
  let at = from
  for (;;) {
    const four = view.getInt32(at, true)
    view.setInt32(at + ahead, four, true)
    // A quote becomes a zero byte, and the lowest bit that stays is the highest of the first zero byte.
    const zeros = four ^ 0x2222_2222
    const found = (zeros - 0x0101_0101) & ~zeros & 0x8080_8080
    if (found === 0) {
      at += 4
    } else {
      at += (31 - Math.clz32(found & -found)) >> 3
      if (bytes[at - 1] !== BACKSLASH || !isEscaped(bytes, at)) return at + 1
      at += 1
    }
  }
}

function isEscaped(bytes: Buffer, at: number): boolean {
  let before = at - 1
  while (bytes[before] === BACKSLASH) before -= 1
  return (at - before) % 2 === 0
}

/** Where the number that begins here ends; below zero, where it stops to be one, if it is none. */
function reachOfNumber(bytes: Buffer, from: number): number {
  const first = bytes[from] === MINUS ? from + 1 : from
  let at = afterDigits(bytes, first)
  if (at === first || (bytes[first] === ZERO && at > first + 1)) return -at
  if (bytes[at] === POINT) {
    const point = at
    at = afterDigits(bytes, point + 1)
    if (at === point + 1) return -at
  }
  if (((bytes[at] as number) | SMALL) !== EXPONENT) return at
  const sign = bytes[at + 1]
  const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1
  at = afterDigits(bytes, exponent)
  return at === exponent ? -at : at
}

function afterDigits(bytes: Buffer, from: number): number {
  let at = from
  while (isDigit(bytes[at] as number)) at += 1
  return at
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE
}

function isBeforeColon(bytes: Buffer, from: number): boolean {
  let at = from
  while ((bytes[at] as number) <= SPACE) at += 1
  return bytes[at] === COLON
}
