// The REST API as the peers call it: by fetch, with the caller's token, amounts as the floats that JSON.parse makes of them.
const base = process.env.SPECTROCOIN_API_URL

/** Those of one request. */
export const createApi = (authorization) => ({
  accounts: () => read('/accounts', authorization),
  account: (id) => read(`/accounts/${id}`, authorization),
  transactions: (id, first) => read(`/accounts/${id}/transactions?page=1&size=${first}`, authorization),
  rates: async (code) =>
    byCode(await read(`/currencies/rates?baseCurrencyCode=${code}`, authorization), 'currencyCode'),
  currencies: keepForMinutes(async () => byCode(await read('/currencies', authorization), 'code')),
  createDepositAddress: (body) => read('/deposits/crypto/addresses', authorization, body),
})

async function read(path, authorization, body) {
  const response = await fetch(base + path, {
    headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`The API said ${response.status}`)
  return response.json()
}

export const byCode = (rows, field) => new Map(rows.map((row) => [row[field], row]))

let kept
let keptUntil = 0

/** Public and the same for all: kept for five minutes, as the gateway does. */
export function keepForMinutes(get) {
  return () => {
    if (keptUntil > Date.now()) return kept
    keptUntil = Date.now() + 300_000
    kept = get()
    kept.catch(() => (keptUntil = 0))
    return kept
  }
}
