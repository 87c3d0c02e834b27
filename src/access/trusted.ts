// `npm run trusted`: adds the documents of files to the list of those that a gateway trusts.
import { globSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { schema } from '../schema/index.ts'
import { chosenFile, Refused, typedPath } from './command.ts'
import { findDocuments } from './document-files.ts'
import { editFile, readText } from './edited-file.ts'
import { parseJson } from './json.ts'
import { createTrustedDocuments, hashDocument, parseManifest } from './trusted-documents.ts'
import type { DocumentFile, FoundDocument } from './document-files.ts'
import type { Manifest } from './trusted-documents.ts'

const USAGE = `Usage: npm run trusted -- add 'src/**/*.graphql' [more …] [--file trusted.json]

Adds each operation of the .graphql and .gql files, with the fragments that it takes from any of them, to the manifest of trusted documents:
--file, else what TRUSTED_DOCUMENTS_FILE names; a new one is {"<SHA-256>": "<text>"}. What does not fit the schema is told with file and line,
and then nothing is added. A gateway that runs takes up the change within a second.

Quote the patterns, so that ** means any depth. What GraphQL Code Generator, Relay or Apollo (generate-persisted-query-manifest) wrote is a
manifest as it stands: let TRUSTED_DOCUMENTS_FILE name it. Clients that change a document before they send it, as Apollo does, which adds
__typename, need theirs: that change is in it.`

interface Task {
  readonly patterns: readonly string[]
  readonly file: string
}

type ApolloManifest = Readonly<Record<string, unknown>> & { readonly operations: readonly unknown[] }

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Refused)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

async function main(argv: readonly string[]): Promise<void> {
  const task = readArguments(argv)
  if (!task) return void process.stdout.write(`${USAGE}\n`)
  const files = readFiles(task.patterns)
  const { documents, faults } = findDocuments(schema, files)
  if (faults.length > 0) throw new Refused(`${faults.join('\n')}\nNothing was added.`)
  let added: readonly FoundDocument[] = []
  await editFile(task.file, 0o644, (text = '') => {
    const manifest = parseManifest(text)
    if (manifest.faults.length > 0)
      throw new Refused(`The manifest is faulty and stays as it is: ${manifest.faults.join(' ')}`)
    added = missing(manifest, documents)
    return added.length > 0 || text.trim() === '' ? merged(text, manifest, added) : undefined
  })
  process.stdout.write(
    `Files read: ${files.length}. Documents added: ${added.length}, there already: ${documents.length - added.length}.\n`,
  )
}

/** Those that the manifest has in no form yet. */
function missing({ texts }: Manifest, documents: readonly FoundDocument[]): readonly FoundDocument[] {
  const trusted = createTrustedDocuments(texts)
  return documents.filter(({ text }) => trusted.byText(text) === undefined)
}

/** The manifest with these, in its own form. */
function merged(before: string, { format, texts }: Manifest, added: readonly FoundDocument[]): string {
  const rows = added.map(({ name = '', type, text }) => ({ id: hashDocument(text), name, type, body: text }))
  const after =
    format === 'map'
      ? Object.fromEntries([...texts, ...rows.map(({ id, body }) => [id, body] as const)])
      : withOperations(parseJson(before) as ApolloManifest, rows)
  return `${JSON.stringify(after, null, 2)}\n`
}

/** Whatever else it says stays. */
function withOperations(manifest: ApolloManifest, rows: readonly unknown[]): ApolloManifest {
  return { ...manifest, operations: [...manifest.operations, ...rows] }
}

function readFiles(patterns: readonly string[]): readonly DocumentFile[] {
  const cwd = typedPath('.', process.env)
  const names = new Set(patterns.flatMap((pattern) => matching(pattern, cwd)))
  const files = [...names].filter((name) => /\.(graphql|gql)$/i.test(name)).toSorted()
  if (files.length === 0) throw new Refused('No .graphql or .gql file matches.')
  return files.map((name) => ({ name, text: readText(resolve(cwd, name)) ?? '' }))
}

/** A file that is there is meant as it is: its name may look like a pattern. */
function matching(pattern: string, cwd: string): readonly string[] {
  if (statSync(resolve(cwd, pattern), { throwIfNoEntry: false })?.isFile()) return [pattern]
  return globSync(pattern, { cwd, exclude: (path) => basename(path) === 'node_modules' })
}

function readArguments(argv: readonly string[]): Task | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { file: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help) return undefined
    const [command, ...patterns] = positionals
    if (command === 'add' && patterns.length > 0)
      return { patterns, file: chosenFile(values.file, 'TRUSTED_DOCUMENTS_FILE', process.env) }
  } catch (error) {
    // The message of another would repeat what was typed.
    if (error instanceof Refused) throw error
  }
  throw new Refused(USAGE)
}
