// A project's settings (merchant 2) as a call gives them, and which of them its first order freezes.
import { type Currency, currencyOf } from './catalogue.ts'
import { failure } from './failure.ts'
import type { Fields } from './fields.ts'
import type { Ledger } from './ledger.ts'
import type { ProjectSettings } from './merchant-records.ts'

/** What was left out is `before`: nothing when the object is given whole, the settings that are when it is a part. */
export function settingsOf(body: Fields, ledger: Ledger, before?: ProjectSettings): ProjectSettings {
  const autoConvert = flagOr(body, 'autoConvert', before?.autoConvert ?? false)
  if (before === undefined && autoConvert) body.required('receiveCurrencyCode')
  return {
    name: before === undefined ? nameOf(body) : (body.limited('name', 100) ?? before.name),
    description: body.limited('description', 255) ?? before?.description ?? '',
    autoConvert,
    receiveCurrency: receiveCurrencyOf(body, ledger) ?? before?.receiveCurrency ?? euro(),
    acceptedCurrencyCodes: acceptedBy(body, before),
    enabled: flagOr(body, 'enabled', before?.enabled ?? true),
    testStatus: testStatusOf(body, before),
    feePaidByClient: flagOr(body, 'feePaidByClient', before?.feePaidByClient ?? false),
    verifiedPayersOnly: flagOr(body, 'verifiedPayersOnly', before?.verifiedPayersOnly ?? false),
    paymentWindowMinutes: windowOf(body) ?? before?.paymentWindowMinutes ?? 15,
  }
}

/** MER_4 for a setting that changed but no longer may, by the name that the API gives it. */
export function checkFrozen(before: ProjectSettings, after: ProjectSettings): void {
  const frozen: readonly (readonly [name: string, of: (settings: ProjectSettings) => unknown])[] = [
    ['autoConvert', ({ autoConvert }) => autoConvert],
    ['receiveCurrencyCode', ({ receiveCurrency }) => receiveCurrency.code],
    ['acceptAllCurrencies', ({ acceptedCurrencyCodes }) => acceptedCurrencyCodes === null],
    ['acceptedCurrencyCodes', ({ acceptedCurrencyCodes }) => acceptedCurrencyCodes?.toSorted().join()],
    ['feePaidByClient', ({ feePaidByClient }) => feePaidByClient],
    ['verifiedPayersOnly', ({ verifiedPayersOnly }) => verifiedPayersOnly],
    ['paymentWindowMinutes', ({ paymentWindowMinutes }) => paymentWindowMinutes],
  ]
  const changed = frozen.find(([, of]) => of(before) !== of(after))
  if (changed !== undefined) throw failure('MER_4', { [changed[0]]: String(changed[1](after)) })
}

function nameOf(body: Fields): string {
  body.required('name')
  return body.limited('name', 100) ?? ''
}

function flagOr(body: Fields, name: string, otherwise: boolean): boolean {
  const flag = body.choice(name, ['true', 'false'])
  return flag === undefined ? otherwise : flag === 'true'
}

// What is received must end on an account.
function receiveCurrencyOf(body: Fields, ledger: Ledger): Currency | undefined {
  const currency = body.currency('receiveCurrencyCode')
  if (currency !== undefined && ledger.accountIn(currency.code) === undefined) {
    throw failure('CUR_1', { receiveCurrencyCode: currency.code })
  }
  return currency
}

function acceptedBy(body: Fields, before: ProjectSettings | undefined): readonly string[] | null {
  const all = body.choice('acceptAllCurrencies', ['true', 'false'])
  const codes = body.list('acceptedCurrencyCodes')
  for (const code of codes ?? []) {
    const currency = currencyOf(code)
    if (currency === undefined) throw failure('GEN_8', { Id: code })
    if (!currency.enabled || currency.networks.length === 0) throw failure('CUR_1', { acceptedCurrencyCodes: code })
  }
  if (all === 'true') return null
  if (codes !== undefined && codes.length > 0) return [...new Set(codes)]
  const kept = codes === undefined ? (before?.acceptedCurrencyCodes ?? null) : null
  if (all === 'false' && kept === null) throw failure('GEN_4', { acceptedCurrencyCodes: '' })
  return kept
}

function testStatusOf(body: Fields, before: ProjectSettings | undefined): ProjectSettings['testStatus'] {
  const isTest = flagOr(body, 'testMode', (before?.testStatus ?? null) !== null)
  const status = body.choice('testStatus', ['PAID', 'EXPIRED'])
  return isTest ? (status ?? before?.testStatus ?? 'PAID') : null
}

function windowOf(body: Fields): 15 | 1440 | undefined {
  const minutes = body.choice('paymentWindowMinutes', ['15', '1440'])
  return minutes && (minutes === '15' ? 15 : 1440)
}

function euro(): Currency {
  const currency = currencyOf('EUR')
  if (currency === undefined) throw failure('GEN_1')
  return currency
}
