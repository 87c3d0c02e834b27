// Payment methods: the ways in which the caller's money may come and go.
import { refuseUnrecognized } from './filters.ts'
import type { GatewayContext } from '../context.ts'
import type { PaymentMethod } from '../upstream/payment-methods.ts'

/** The list is one call, whichever of them are asked for. */
export async function paymentMethods(
  args: { direction?: PaymentMethod['direction'] | null | undefined; currency?: string | null | undefined },
  { loaders }: GatewayContext,
): Promise<readonly PaymentMethod[]> {
  refuseUnrecognized(args.direction, 'direction')
  const all = await loaders.paymentMethods()
  return all.filter(
    ({ direction, currencyCodes }) =>
      (!args.direction || direction === args.direction) && (!args.currency || currencyCodes.includes(args.currency)),
  )
}
