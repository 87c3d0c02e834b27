// How a mutation that moves no money runs: one call, its refusals as results, and nothing read before it believed after it.
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
    return expectedResult(error, facts, kinds)
  } finally {
    forget()
  }
}
