// What the upstream's error bodies say: codes, and what a refusal is about.
import { parseJson } from './json.ts'
import type { ErrorDetails, Refusal } from '../errors.ts'
import type { Json } from './json.ts'

export type ErrorBody = { readonly [key: string]: Json }

/** The error body, where there is one: a JSON object. */
export function errorBody(body: Buffer): ErrorBody | undefined {
  try {
    const json = parseJson(body)
    return json !== null && typeof json === 'object' && !Array.isArray(json) ? (json as ErrorBody) : undefined
  } catch {
    return undefined // Not JSON: the status alone speaks.
  }
}

/** What an error may tell of an error body: its codes, and under which number SpectroCoin has it. */
export function upstreamDetails(body: ErrorBody | undefined): ErrorDetails {
  const upstreamCode = shortWord(body?.['errorCode'])
  const upstreamKey = shortWord(body?.['key'])
  const traceId = shortWord(body?.['traceId'])
  return { ...(upstreamCode && { upstreamCode }), ...(upstreamKey && { upstreamKey }), ...(traceId && { traceId }) }
}

/** A code from an error body: its first word ("GEN_1 - Internal server error" is one code and text), if it looks like a code. */
function shortWord(value: Json | undefined): string | undefined {
  const [first = ''] = typeof value === 'string' ? value.split(' ', 1) : []
  return /^[\w.:-]{1,64}$/.test(first) ? first : undefined
}

/**
 * What a refusal is about. Of the codes only GEN_8 / entity_not_found is documented; the others are guesses, and all that hangs
 * on them is a more telling type than plain invalid input.
 */
const REFUSALS: Readonly<Record<string, Refusal['kind']>> = {
  entity_not_found: 'missing',
  GEN_8: 'missing',
  MER_2: 'missing',
  insufficient_balance: 'funds',
  ACC_1: 'funds',
  exchange_pair_not_supported: 'pair',
  EXC_1: 'pair',
  pay_amount_too_small: 'range',
  EXC_2: 'range',
  receive_amount_too_small: 'range',
  EXC_3: 'range',
  pay_limit_exceeded: 'range',
  EXC_4: 'range',
  receive_limit_exceeded: 'range',
  EXC_5: 'range',
  AMT_2: 'range',
  AMT_3: 'range',
  WDR_1: 'destination',
  WDR_2: 'destination',
  MER_1: 'duplicate',
  MER_3: 'state',
  MER_4: 'state',
  GFT_2: 'state',
}

/** What a refusal is about, as far as its body says. */
export function refusalOf(body: ErrorBody | undefined): Refusal {
  const { upstreamKey, upstreamCode } = upstreamDetails(body)
  const kind = [upstreamKey, upstreamCode]
    .map((each) => each && Object.hasOwn(REFUSALS, each) && REFUSALS[each])
    .find(Boolean)
  const field = refusedField(body)
  return { kind: kind || 'input', ...(field && { field }) }
}

/** The name of the refused field, where the error parameters give one: `{key: "field", value: "address"}` or `{key: "address"}`. */
function refusedField(body: ErrorBody | undefined): string | undefined {
  const parameters = body?.['errorParameters']
  if (!Array.isArray(parameters)) return undefined
  const [first] = parameters as readonly Json[]
  if (first === null || typeof first !== 'object' || Array.isArray(first)) return undefined
  const { key, value } = first as ErrorBody
  return shortWord(typeof key === 'string' && /^(field|parameter|name)$/i.test(key) ? value : key)
}
