// How a mutation that moves no money runs: one call, its refusals as results, and nothing read before it believed after it.
import { GatewayError } from '../errors.ts'
import { expectedResult } from './results.ts'
import type { GatewayContext } from '../context.ts'
import type { Expected, InputFacts, RefusalKind } from './results.ts'

/** Runs it. Whatever is no refusal of the input is thrown; where it may have run all the same, the error says so. */
export async function create<T, const K extends RefusalKind>(
  send: () => Promise<T>,
  facts: InputFacts,
  kinds: readonly K[],
  { forget }: GatewayContext,
): Promise<T | Expected<K>> {
  try {
    return await send()
  } catch (error) {
    return expectedResult(mayHaveRun(error), facts, kinds)
  } finally {
    forget()
  }
}

/** What was to be made may be there, and no journal will look for it: the caller must know that. */
function mayHaveRun(error: unknown): unknown {
  if (!(error instanceof GatewayError) || error.effect !== 'unknown') return error
  const { code, message, details, reason, endpoint, cause } = error
  const told = new GatewayError(code, `${message} It may have been done all the same: look before you try again.`, {
    details: { ...details, outcome: 'UNKNOWN' },
    effect: 'unknown',
    ...(reason && { reason }),
    cause,
  })
  told.endpoint = endpoint
  return told
}
