// What a header means, worked out once: requests of one client after the other say the same.
import { LRUCache } from 'lru-cache'

/** Of each header, so many texts. */
const MOST_REMEMBERED = 200
/** What is longer is read each time. */
const LONGEST_REMEMBERED = 500

/** Answers as `read` does, which goes by nothing but the text. Not for secrets: what is said last is kept. */
export function createRemembered<T>(read: (text: string) => T): (text: string) => T {
  const known = new LRUCache<string, { readonly answer: T }>({ max: MOST_REMEMBERED })
  return (text) => {
    if (text.length > LONGEST_REMEMBERED) return read(text)
    const entry = known.get(text)
    if (entry) return entry.answer
    const answer = read(text)
    known.set(text, { answer })
    return answer
  }
}
