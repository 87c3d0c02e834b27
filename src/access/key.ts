// `npm run key`: makes a key for a caller of the gateway, takes one out, or lists them.
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { SCOPES } from '../upstream/endpoint.ts'
import { chosenFile, Refused } from './command.ts'
import { editFile, readText } from './edited-file.ts'
import { parseJson } from './json.ts'
import { hashKey, MOST_KEYS, parseKeys } from './keys.ts'
import type { Key } from './keys.ts'

const USAGE = `Usage: npm run key -- create --name web --scopes account:read,exchange:read [--origins https://a.example,https://b.example]
                          [--expires 2027-01-31T12:00:00Z | --days 90] [--adhoc] [--file keys.json]
       npm run key -- revoke --name web [--file keys.json]
       npm run key -- list [--file keys.json]

create makes a key, writes its row to the file, and prints the key once: it is kept nowhere. revoke takes the row out. A gateway that runs
takes up both within a second. "npm run -s key" keeps npm's own lines out of what is printed.

--file     the file of keys; else the one that GATEWAY_KEYS_FILE names
--scopes   what the key may do, with commas between them; all: everything that there is today; "": only what is public
--origins  the web pages that may present it; else any that the gateway lets in
--expires  from then on it is of no use; a day alone means its first moment, in UTC
--days     the same, counted from now
--adhoc    it may run documents that are not on the list of trusted ones`

const OPTIONS = {
  create: ['file', 'name', 'scopes', 'origins', 'expires', 'days', 'adhoc'],
  revoke: ['file', 'name'],
  list: ['file'],
}

/** A row as it is written. */
interface Row {
  readonly name: string
  readonly sha256: string
  readonly scopes: readonly string[]
  readonly origins?: readonly string[]
  readonly expiresAt?: string
  readonly adhoc?: true
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Refused)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

async function main(argv: readonly string[]): Promise<void> {
  const { command, values } = readArguments(argv)
  if (values.help) return print(USAGE)
  if (command === 'create') return create(values)
  if (command === 'revoke') return revoke(values)
  list(values)
}

async function create(values: Values): Promise<void> {
  const key = `scgw_${randomBytes(32).toString('base64url')}`
  const row: Row = {
    name: nameOf(values),
    sha256: hashKey(key).toString('hex'),
    scopes: scopesOf(values),
    ...(values.origins !== undefined && { origins: listed(values.origins) }),
    ...expiryOf(values),
    ...(values.adhoc && { adhoc: true }),
  }
  const [fault] = parseKeys(JSON.stringify({ keys: [row] }), SCOPES).faults
  if (fault) throw new Refused(`The key cannot be made so: ${fault.replace(/^key 1: /, '')}`)
  await editFile(fileOf(values), 0o600, (text) => {
    const rows = rowsOf(text)
    if (rows.some(({ name }) => name === row.name))
      throw new Refused('There is a key of this name: take another name, or revoke that key first.')
    if (rows.length === MOST_KEYS)
      throw new Refused(`There are ${rows.length} keys, and there may be no more: revoke one first.`)
    return written([...rows, row])
  })
  print(key)
  say(`Made the key "${row.name}" with ${row.scopes.length} of ${SCOPES.length} scopes. It is shown this once.`)
}

async function revoke(values: Values): Promise<void> {
  const name = nameOf(values)
  await editFile(fileOf(values), 0o600, (text) => {
    const rows = rowsOf(text)
    const others = rows.filter((row) => row.name !== name)
    if (others.length === rows.length) throw new Refused('There is no key of this name.')
    return written(others)
  })
  say(`Revoked the key "${name}".`)
}

function list(values: Values): void {
  const { keys, faults } = parseKeys(readText(fileOf(values)) ?? '', SCOPES)
  refuseFaults(faults)
  if (keys.length === 0) say('There are no keys: nobody is let in.')
  for (const key of keys) print(asLine(key))
}

function asLine({ name, sha256, scopes, origins, expiresAt, adhoc }: Key): string {
  const ended = expiresAt !== undefined && expiresAt <= Date.now()
  return [
    name,
    `sha256 ${sha256.toString('hex').slice(0, 8)}…`,
    expiresAt === undefined
      ? 'does not expire'
      : `${ended ? 'EXPIRED' : 'expires'} ${new Date(expiresAt).toISOString()}`,
    `scopes: ${scopes.length === SCOPES.length ? 'all' : scopes.join(' ') || 'none'}`,
    ...(origins ? [`origins: ${origins.join(' ') || 'none'}`] : []),
    ...(adhoc ? ['ad hoc'] : []),
  ].join('  ')
}

/** The rows as they are in the file, which has no faults. */
function rowsOf(text = ''): readonly Row[] {
  refuseFaults(parseKeys(text, SCOPES).faults)
  return text.trim() === '' ? [] : ((parseJson(text) as { readonly keys?: readonly Row[] }).keys ?? [])
}

function refuseFaults(faults: readonly string[]): void {
  if (faults.length > 0) throw new Refused(`The file of keys is faulty and stays as it is: ${faults.join(' ')}`)
}

function written(rows: readonly Row[]): string {
  return `${JSON.stringify({ keys: rows }, null, 2)}\n`
}

type Values = ReturnType<typeof readArguments>['values']

function readArguments(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        file: { type: 'string' },
        name: { type: 'string' },
        scopes: { type: 'string' },
        origins: { type: 'string' },
        expires: { type: 'string' },
        days: { type: 'string' },
        adhoc: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    const command = (Object.keys(OPTIONS) as (keyof typeof OPTIONS)[]).find((each) => each === positionals[0])
    if (values.help) return { command, values }
    if (command && positionals.length === 1 && Object.keys(values).every((each) => OPTIONS[command].includes(each)))
      return { command, values }
  } catch {
    // Its message would repeat what was typed, which may be a key.
  }
  throw new Refused(USAGE)
}

function fileOf({ file }: Values): string {
  return chosenFile(file, 'GATEWAY_KEYS_FILE', process.env)
}

function nameOf({ name }: Values): string {
  if (!name) throw new Refused('Give the key a name: --name web.')
  if (name.startsWith('scgw_')) throw new Refused('--name takes a name, and not a key: names are shown.')
  return name
}

function scopesOf({ scopes }: Values): readonly string[] {
  if (scopes === undefined)
    throw new Refused('Say what the key may do: --scopes account:read,exchange:read, or --scopes all.')
  if (scopes.trim() === 'all') return SCOPES
  const chosen = listed(scopes)
  const known: readonly string[] = SCOPES
  const unknown = chosen.findIndex((each) => !known.includes(each))
  if (unknown < 0) return chosen
  throw new Refused(
    `Scope ${unknown + 1} of --scopes does not exist. These do:\n${SCOPES.map((each) => `  ${each}`).join('\n')}`,
  )
}

function expiryOf({ expires, days }: Values): Pick<Row, 'expiresAt'> {
  if (expires === undefined && days === undefined) return {}
  if (expires !== undefined && days !== undefined) throw new Refused('Give --expires or --days, not both.')
  if (days !== undefined) {
    if (!/^[1-9]\d{0,3}$/.test(days)) throw new Refused('--days must be a whole number from 1 to 9999.')
    return { expiresAt: new Date(Date.now() + Number(days) * 86_400_000).toISOString() }
  }
  const expiresAt = `${expires}${/^[\d-]{10}$/.test(`${expires}`) ? 'T00:00:00Z' : ''}`
  if (Date.parse(expiresAt) <= Date.now()) throw new Refused('--expires must be in the future.')
  return { expiresAt }
}

function listed(text: string): readonly string[] {
  return text.split(',').flatMap((each) => each.trim() || [])
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
