// Global ids: "Account:7f0c…", a type and the upstream's own id as it is.
import { badInput } from '../errors.ts'

const LONGEST = 200

/** Takes a global id of this type apart. Throws BAD_USER_INPUT with the argument's path for any other text. */
export function localId(type: string, globalId: string, argument: string): string {
  const { type: found, id } = parseGlobalId(globalId, argument)
  if (found !== type) throw badInput(argument, `${argument} must be the id of ${article(type)} ${type}.`)
  return id
}

/** Takes any global id apart. A transaction's is longer and has two parts, which `parseTransactionId` judges. */
export function parseGlobalId(globalId: string, argument: string): { type: string; id: string } {
  const colon = globalId.indexOf(':')
  const type = globalId.slice(0, colon)
  const id = globalId.slice(colon + 1)
  if (colon < 1 || !(type === 'Transaction' || isUsable(id)))
    throw badInput(argument, `${argument} is not an id that this graph gives.`)
  return { type, id }
}

/** A transaction's id: its account and its number, both needed to find it, each percent-encoded. */
export function transactionId(key: { accountId: string; transactionId: string }): string {
  return `${encodeURIComponent(key.accountId)}/${encodeURIComponent(key.transactionId)}`
}

export function parseTransactionId(id: string, argument: string): { accountId: string; transactionId: string } {
  const parts = id.split('/').map(decoded)
  const [account, number] = parts
  const refused = badInput(argument, `${argument} is not the id of a Transaction.`)
  if (parts.length !== 2 || !account || !number || !isUsable(account) || !isUsable(number)) throw refused
  const key = { accountId: account, transactionId: number }
  // Percent-encoding has many spellings; only our own is an id, so that one thing has one.
  if (transactionId(key) !== id) throw refused
  return key
}

/** An id that can be one segment of a path: dots alone would be resolved away, control characters and lone surrogates cannot be sent. */
export function isUsable(id: string): boolean {
  return id !== '' && id !== '.' && id !== '..' && id.length <= LONGEST && !/\p{Cc}/u.test(id) && id.isWellFormed()
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined // A stray "%": not an id of ours.
  }
}

function article(type: string): string {
  return /^[AEIOU]/.test(type) ? 'an' : 'a'
}
