// The right answer, written so that a careless reader takes it for another one. Only its text is touched: no JSON is parsed.

/** Only the outermost objects lose theirs; an answer's first field is its own id. */
export function withoutIds(json: string): string {
  return json.replace(/(^|[[,])\{"(?:id|\w+Id)":(?:"[^"]*"|\d+),/g, '$1{')
}

const anyText = '"(?:[^"\\\\]|\\\\.)*"'

/** Each object has its first field once more, with another value, before the right one. */
export function withDuplicateKeys(json: string): string {
  return json.replace(new RegExp(`${anyText}|\\{(?=(${anyText}):)`, 'g'), (found, key?: string) =>
    key === undefined ? found : `{${key}:"not the last",`,
  )
}

/** Each object has two members more, whose names mean something to JavaScript. */
export function withProtoKeys(json: string): string {
  const members = '"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}'
  return json.replace(new RegExp(`${anyText}|\\{(\\}?)`, 'g'), (found, end?: string) =>
    end === undefined ? found : `{${members}${end || ','}`,
  )
}

const digits = 30

/** Each number has 30 digits, those that it lacks as zeros behind the point; its value is the same. */
export function withLongNumbers(json: string): string {
  return json.replace(new RegExp(`${anyText}|-?\\d+(\\.\\d+)?(?![\\d.eE])`, 'g'), (found, fraction?: string) => {
    if (found.startsWith('"')) return found
    const zeros = '0'.repeat(Math.max(0, digits - found.replace(/\D/g, '').length))
    return fraction === undefined && zeros !== '' ? `${found}.${zeros}` : found + zeros
  })
}

const levels = 100_000

/** The first object has one member more, which is nested 100,000 deep; where there is none, that is the answer. */
export function withDepths(json: string): string {
  const nest = '['.repeat(levels) + ']'.repeat(levels)
  const found = json.replace(/\{(\}?)/, (_, end: string) => `{"depths":${nest}${end || ','}`)
  return found === json ? nest : found
}
