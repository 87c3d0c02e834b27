// Double entry: what leaves one account arrives on another, the house's own included, so each currency sums to zero.
import type { Currency } from './catalogue.ts'
import { formatUnits } from './units.ts'

export const transactionTypes = [
  'EXCHANGE',
  'DEPOSIT',
  'CRYPTO_DEPOSIT',
  'WITHDRAWAL',
  'CRYPTO_WITHDRAWAL',
  'MERCHANT_ORDER',
  'GIFT_CARD',
  'VOUCHER',
  'FEE',
  'OTHER',
] as const
export type TransactionType = (typeof transactionTypes)[number]

export const transactionStatuses = ['PENDING', 'PROCESSED', 'FAILED'] as const
export type TransactionStatus = (typeof transactionStatuses)[number]

export type Transaction = {
  readonly transactionId: string
  readonly type: TransactionType
  readonly amount: bigint
  readonly description: string
  readonly date: Date
  readonly balanceAfter: bigint
  readonly referenceId: string | undefined
  status: TransactionStatus
}

export type Account = {
  readonly accountId: string
  readonly currency: Currency
  /** Oldest first; the API shows them the other way round. */
  readonly transactions: Transaction[]
  balance: bigint
  held: bigint
}

/** The other side of what an account sends or gets. */
export type House = 'bank' | 'chain' | 'exchange' | 'fees' | 'merchants' | 'shop'

export type Posting =
  | { readonly account: Account; readonly amount: bigint }
  | { readonly house: House; readonly currency: Currency; readonly amount: bigint }

export type Entry = {
  readonly at: number
  readonly type: TransactionType
  readonly description: string
  readonly referenceId?: string
  readonly status?: TransactionStatus
  readonly postings: readonly Posting[]
}

export type Ledger = {
  openAccount(accountId: string, currency: Currency): Account
  accounts(): readonly Account[]
  account(accountId: string): Account | undefined
  accountIn(currencyCode: string): Account | undefined
  /** Writes one transaction on each account of the entry, all under one number, and gives them back. */
  post(entry: Entry): Transaction[]
  /** What the books do not agree on; nothing, unless the sandbox itself is wrong. */
  problems(): string[]
}

export function createLedger(): Ledger {
  const accounts = new Map<string, Account>()
  const houses = new Map<string, { readonly currency: Currency; balance: bigint }>()
  let entries = 0

  function house(name: House, currency: Currency): { balance: bigint } {
    const key = `${name} ${currency.code}`
    const known = houses.get(key) ?? { currency, balance: 0n }
    houses.set(key, known)
    return known
  }

  return {
    openAccount(accountId, currency) {
      const account = { accountId, currency, transactions: [], balance: 0n, held: 0n }
      accounts.set(accountId, account)
      return account
    },
    accounts: () => [...accounts.values()],
    account: (accountId) => accounts.get(accountId),
    accountIn: (currencyCode) => [...accounts.values()].find(({ currency }) => currency.code === currencyCode),
    post({ at, type, description, referenceId, status = 'PROCESSED', postings }) {
      if (!sumsToZero(postings)) throw new Error(`An entry does not sum to zero: ${description}`)
      entries += 1
      // Both sides of an exchange bear the same number: it is unique within an account only.
      const transactionId = `SC${String(4000 + entries).padStart(9, '0')}`
      const written: Transaction[] = []
      for (const posting of postings) {
        if ('house' in posting) {
          house(posting.house, posting.currency).balance += posting.amount
          continue
        }
        const { account, amount } = posting
        account.balance += amount
        const row = { transactionId, type, amount, description, referenceId, status }
        const transaction = { ...row, date: new Date(at), balanceAfter: account.balance }
        account.transactions.push(transaction)
        written.push(transaction)
      }
      return written
    },
    problems() {
      const all = [...accounts.values()]
      return [...all.flatMap(accountProblems), ...sumProblems([...all, ...houses.values()])]
    },
  }
}

function sumsToZero(postings: readonly Posting[]): boolean {
  const sums = new Map<string, bigint>()
  for (const posting of postings) {
    const { code } = 'house' in posting ? posting.currency : posting.account.currency
    sums.set(code, (sums.get(code) ?? 0n) + posting.amount)
  }
  return [...sums.values()].every((sum) => sum === 0n)
}

function accountProblems({ currency, balance, held, transactions }: Account): string[] {
  const problems: string[] = []
  let sum = 0n
  for (const { transactionId, amount, balanceAfter } of transactions) {
    sum += amount
    if (sum !== balanceAfter) problems.push(`${currency.code} ${transactionId}: the balance after it is wrong.`)
  }
  if (sum !== balance) problems.push(`${currency.code}: the balance is not the sum of the transactions.`)
  if (balance < held || held < 0n) problems.push(`${currency.code}: more is held than is there.`)
  return problems
}

function sumProblems(books: readonly { readonly currency: Currency; readonly balance: bigint }[]): string[] {
  const sums = new Map<Currency, bigint>()
  for (const { currency, balance } of books) sums.set(currency, (sums.get(currency) ?? 0n) + balance)
  return [...sums]
    .filter(([, sum]) => sum !== 0n)
    .map(([currency, sum]) => `${currency.code}: all accounts sum to ${formatUnits(sum, currency.scale)}, not to zero.`)
}
