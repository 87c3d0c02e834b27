// What an answer, or its failure, says of a row of the endpoint table. Nothing of the answer itself goes on but names of fields.
import type { GatewayError, Refusal } from '../errors.ts'
import type { Witness } from './contract-witness.ts'
import type { Endpoint } from './endpoint.ts'

export interface Finding {
  readonly endpoint: Endpoint
  readonly verdict: 'holds' | 'differs' | 'not tried'
  /** What is different, why it was not tried, or what else was met. */
  readonly notes: readonly string[]
}

export function notTried(endpoint: Endpoint, why: string): Finding {
  return { endpoint, verdict: 'not tried', notes: [why] }
}

export function differs(endpoint: Endpoint, ...notes: readonly string[]): Finding {
  return { endpoint, verdict: 'differs', notes }
}

/** Of an answer that could be read. */
export function findingOf(endpoint: Endpoint, value: unknown, witness: Witness): Finding {
  const misfits = witness.misfits(endpoint.name)
  const fields = witness.fields(endpoint.name)
  if (misfits.length > 0) return differs(endpoint, ...misfits, ...fields)
  return { endpoint, verdict: 'holds', notes: isEmpty(value) ? [NO_ROWS] : fields }
}

/** Of a call that failed. */
export function findingOfFailure(endpoint: Endpoint, failure: GatewayError, witness: Witness): Finding {
  const reason = failure.reason ?? failure.code
  switch (failure.code) {
    case 'UPSTREAM_INVALID': {
      const misfits = witness.misfits(endpoint.name)
      return differs(endpoint, ...(misfits.length > 0 ? misfits : [reason]), ...witness.fields(endpoint.name))
    }
    case 'UPSTREAM_REJECTED': {
      const kind = failure.refusal?.kind
      if (!kind || !OF_THE_SAMPLE.has(kind)) return differs(endpoint, reason)
      return notTried(endpoint, `${reason}: what it was asked with is refused (${kind})`)
    }
    case 'FORBIDDEN':
      return notTried(endpoint, `${reason}: it takes ${endpoint.scope ?? 'an allowed address'}`)
    case 'RATE_LIMITED':
      return notTried(endpoint, 'no more calls are allowed for now')
    case 'CANCELLED':
      return notTried(endpoint, 'the time is up')
    case 'UPSTREAM_UNAVAILABLE':
      // Nothing was sent where there is no reason: the upstream floor leaves alone what fails again and again.
      if (failure.reason === undefined) return notTried(endpoint, 'too many calls have failed: try it alone, later')
      return differs(endpoint, `no answer: ${reason}`)
    case 'UPSTREAM_TIMEOUT':
      return differs(endpoint, `no answer: ${reason}`)
    default:
      return differs(endpoint, reason)
  }
}

const NO_ROWS = 'it has no row, so that the list alone was seen'

/** An endpoint that says one of these has understood what it was asked. */
const OF_THE_SAMPLE: ReadonlySet<Refusal['kind']> = new Set(['funds', 'range', 'pair', 'destination', 'state'])

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (value instanceof Map) return value.size === 0
  return typeof value === 'object' && value !== null && 'rows' in value && isEmpty(value.rows)
}
