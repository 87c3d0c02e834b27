// What came in at the wire, for whoever counts calls.
import { fits } from './router.ts'

export type RequestRecord = {
  readonly method: string
  /** Below the base path, without the query; a path outside of it as it is. */
  readonly path: string
  readonly query: string
  readonly at: number
  /** Whether an Authorization header came along. */
  readonly authorization: boolean
  /** 0 until an answer has begun, and for good where none does. */
  readonly status: number
}

/** A test of one record, or `GET /accounts`, `GET /accounts/{accountId}`, `GET /exchanges*`. */
export type RequestFilter = string | ((record: RequestRecord) => boolean)

export type RequestLog = {
  /** Gives back what to call once the status is known. */
  add(record: Omit<RequestRecord, 'status'>): (status: number) => void
  list(): readonly RequestRecord[]
  count(filter?: RequestFilter): number
  /** How often each method and path came. */
  counts(): Readonly<Record<string, number>>
  clear(): void
}

const longest = 100_000

export function createRequestLog(): RequestLog {
  let records: { -readonly [Key in keyof RequestRecord]: RequestRecord[Key] }[] = []
  return {
    add(record) {
      const kept = { ...record, status: 0 }
      if (records.length >= longest) records = records.slice(longest / 2)
      records.push(kept)
      return (status) => {
        kept.status = status
      }
    },
    list: () => records.map((record) => ({ ...record })),
    count: (filter = () => true) => records.filter(typeof filter === 'string' ? matching(filter) : filter).length,
    counts() {
      const counts: Record<string, number> = {}
      for (const { method, path } of records) counts[`${method} ${path}`] = (counts[`${method} ${path}`] ?? 0) + 1
      return counts
    },
    clear() {
      records = []
    },
  }
}

function matching(filter: string): (record: RequestRecord) => boolean {
  const [wanted = '', pattern = ''] = filter.split(' ')
  return ({ method, path }) => method === wanted && fits(pattern, path)
}
