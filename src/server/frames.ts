// A message as one write: ws makes two of each, a head and a text, and that is most of what it adds to an event that thousands hear of.

/** The longest that says its length in two bytes. */
const LONGEST = 0xff_ff

/**
 * The frame that ws would send, to be written as latin1; undefined where the text is not plain ASCII, or long: that is left to ws. It may be
 * written between what ws writes, since nothing is compressed or sent in parts: each frame is whole there, too.
 */
export function frameOf(text: string): string | undefined {
  const { length } = text
  if (length > LONGEST) return undefined
  const head =
    length < 126 ? String.fromCharCode(0x81, length) : String.fromCharCode(0x81, 126, length >> 8, length & 0xff)
  const frame = head + text
  // Counted in the frame, since what is counted is copied into one piece, as it has to be to be written.
  return Buffer.byteLength(frame) === Buffer.byteLength(head) + length ? frame : undefined
}
