// What a merchant asks for when it makes a preorder or an order (merchant 3.1, 5), and the coin that a payer picks (3.2).
import { type Currency, type Network, networkCodes, roughly } from './catalogue.ts'
import { failure } from './failure.ts'
import type { Fields } from './fields.ts'
import { type Coin, isAccepted, type Project, type Terms } from './merchant-records.ts'
import { namedProject } from './projects.ts'
import type { Call } from './router.ts'
import { divideToNearest, formatUnits, tenTo } from './units.ts'

type Price = Pick<Terms, 'receiveAmount' | 'receiveCurrency' | 'payAmount' | 'payCurrency' | 'payNetwork'>

export type AskedTerms = Omit<Terms, 'orderId'> & { readonly orderId: string | undefined }

export function termsOf(call: Call, isMultiple: boolean): AskedTerms {
  const { body, world } = call
  const project = namedProject(world, body)
  if (!project.settings.enabled) throw failure('MER_2', { projectId: project.id })
  return {
    project,
    orderId: body.limited('orderId', 100),
    description: body.limited('description', 255) ?? '',
    isMultiple,
    ...priceOf(call, project),
    callbackUrl: body.url('callbackUrl') ?? null,
    successUrl: body.url('successUrl') ?? null,
    failureUrl: body.url('failureUrl') ?? null,
    payer: {
      payerEmail: emailOf(body),
      payerName: body.limited('payerName', 100) ?? null,
      payerSurname: body.limited('payerSurname', 100) ?? null,
      payerDateOfBirth: birthOf(body),
    },
  }
}

/** The coin, with its network where it has more than one. */
export function coinOf(project: Project, body: Fields): Coin {
  body.required('payCurrencyCode')
  const currency = payCurrencyOf(project, body)
  const network = currency && (networkOf(currency, body) ?? onlyNetwork(currency))
  if (currency === undefined || network === undefined) throw failure('GEN_4', { payNetworkCode: '' })
  return { currency, network }
}

export function emailOf(body: Fields): string | null {
  const email = body.limited('payerEmail', 255)
  if (email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(email)) throw failure('GEN_5', { payerEmail: email })
  return email ?? null
}

// The receive pair wins over the pay pair; of the pay pair alone, what is received is worked out at the moment's rate.
function priceOf({ world, now, body }: Call, project: Project): Price {
  const receiveCurrency = receiveCurrencyOf({ world }, project, body)
  const receiveAmount = body.amount('receiveAmount', receiveCurrency)
  if (receiveAmount !== undefined) {
    body.required('receiveCurrencyCode')
    const isPaired = body.text('payAmount') !== undefined
    const payCurrency = isPaired ? undefined : payCurrencyOf(project, body)
    const payNetwork = payCurrency && networkOf(payCurrency, body)
    checkLeast(receiveAmount, receiveCurrency, 'receiveAmount')
    return {
      receiveAmount,
      receiveCurrency,
      payAmount: null,
      payCurrency: payCurrency ?? null,
      payNetwork: payNetwork ?? null,
    }
  }
  if (body.text('payAmount') === undefined) throw failure('GEN_4', { receiveAmount: '' })
  body.required('payCurrencyCode')
  const payCurrency = payCurrencyOf(project, body)
  const payAmount = payCurrency && body.amount('payAmount', payCurrency)
  if (payCurrency === undefined || payAmount === undefined) throw failure('GEN_4', { payAmount: '' })
  checkLeast(payAmount, payCurrency, 'payAmount')
  const rate = world.prices.rate(payCurrency, receiveCurrency, now)
  const worth = payAmount * rate.units * tenTo(receiveCurrency.scale)
  return {
    receiveAmount: divideToNearest(worth, tenTo(payCurrency.scale + rate.scale)),
    receiveCurrency,
    payAmount,
    payCurrency,
    payNetwork: networkOf(payCurrency, body) ?? null,
  }
}

function receiveCurrencyOf({ world }: Pick<Call, 'world'>, { settings }: Project, body: Fields): Currency {
  const currency = body.currency('receiveCurrencyCode') ?? settings.receiveCurrency
  // What is received must end on an account.
  if (world.ledger.accountIn(currency.code) !== undefined) return currency
  throw failure('CUR_1', { receiveCurrencyCode: currency.code })
}

function payCurrencyOf(project: Project, body: Fields): Currency | undefined {
  const currency = body.currency('payCurrencyCode')
  if (currency !== undefined && !isAccepted(project, currency))
    throw failure('CUR_1', { payCurrencyCode: currency.code })
  return currency
}

function networkOf(currency: Currency, body: Fields): Network | undefined {
  const wanted = body.text('payNetworkCode')
  const network = currency.networks.find(({ code }) => code === wanted)
  if (wanted === undefined || network !== undefined) return network
  throw networkCodes.includes(wanted) ? failure('CUR_1', { payNetworkCode: wanted }) : failure('GEN_8', { Id: wanted })
}

function onlyNetwork({ networks }: Currency): Network | undefined {
  return networks.length === 1 ? networks[0] : undefined
}

// About one euro.
function checkLeast(amount: bigint, currency: Currency, name: string): void {
  const least = roughly(1, currency)
  if (amount < least)
    throw failure('AMT_2', {
      [name]: formatUnits(amount, currency.scale),
      minAmount: formatUnits(least, currency.scale),
    })
}

function birthOf(body: Fields): string | null {
  const date = body.text('payerDateOfBirth')
  const isDate = date === undefined || (/^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date)))
  if (!isDate) throw failure('GEN_5', { payerDateOfBirth: date })
  return date ?? null
}
