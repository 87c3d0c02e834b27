// The calls that fields make together, as the loaders make them (src/upstream/loaders.ts).
import { shared } from './needs.ts'

/** The list of all accounts. */
export const ACCOUNTS = shared('accounts')
/** Links to accounts: one alone is read by its id, and the next one reads the list, in which all others are found. */
export const ANY_ACCOUNT = shared('account', { most: 2 })
/** The addresses of accounts: in the same way, for each network. */
export const ADDRESSES = shared('depositAddresses', { by: 'network', most: 2 })
export const CURRENCIES = shared('currencies')
export const EXCHANGE_PAIRS = shared('exchangePairs')
export const PAYMENT_METHODS = shared('paymentMethods')
/** All rates of a base, whichever argument names it. */
export const RATES_IN = shared('rates', { by: 'in' })
export const RATES_OF_BASE = shared('rates', { by: 'base' })
/** What is secret of a thing that a mutation has made, and so has read nothing of yet. All that is read has it at hand. */
export const MADE_SECRET = shared('madeSecret')
