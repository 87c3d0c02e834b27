// Merchant projects: the settings under which a shop takes payments.
import { badInput } from '../errors.ts'
import { readHistory } from './connections.ts'
import { create } from './creations.ts'
import { refuseUnrecognized } from './filters.ts'
import { localId } from './ids.ts'
import { pathsOf, unknownInput } from './results.ts'
import { checkedText } from './texts.ts'
import type { GatewayContext } from '../context.ts'
import type { Project, ProjectSettings } from '../upstream/projects.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { Expected, InvalidInput } from './results.ts'

export function projects(
  args: PageArguments,
  { upstream, scope }: GatewayContext,
): Promise<Connection<Project> | null> {
  return readHistory(['projects'], args, {}, (page, size) => upstream.projects.list(page, size, scope))
}

export function project(args: { id: string }, { loaders }: GatewayContext): Project | null | Promise<Project | null> {
  return loaders.project.load(localId('Project', args.id, 'id'))
}

/** As GraphQL hands them over: each may also be null. */
type SettingsInput = { readonly [K in keyof ProjectSettings]?: ProjectSettings[K] | null }

export async function createProject(
  { input }: { input: SettingsInput & { readonly name: string } },
  context: GatewayContext,
): Promise<Project | InvalidInput> {
  checkSettings(input)
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as ProjectSettings
  const send = (): Promise<Project> => context.upstream.projects.create(given, context.scope)
  return create(send, { paths: SETTING_PATHS }, [], context)
}

/** The upstream takes the whole project, so that it is read first, and put back with the changes. */
export async function updateProject(
  { input: { id, ...input } }: { input: SettingsInput & { readonly id: string } },
  context: GatewayContext,
): Promise<Project | Expected<'StateConflict'>> {
  const projectId = localId('Project', id, 'input.id')
  checkSettings(input)
  for (const [name, value] of Object.entries(input))
    if (value === null && !CLEARABLE.has(name))
      throw badInput(`input.${name}`, `input.${name} cannot be cleared; leave it out to keep it.`)
  const settings = input as ProjectSettings
  const subject = ['input', 'id']
  const before = await context.upstream.projects.readWhole(projectId, context.scope)
  if (!before) return unknownInput(subject)
  const send = (): Promise<Project> => context.upstream.projects.update(projectId, before, settings, context.scope)
  return create(send, { subject, paths: SETTING_PATHS }, ['StateConflict'], context)
}

/** A project may be without them; the others have a value always. */
const CLEARABLE: ReadonlySet<string> = new Set(['description', 'receiveCode', 'acceptedCurrencyCodes', 'testStatus'])

const SETTING_PATHS = {
  ...pathsOf('input', [
    'name',
    'description',
    'autoConvert',
    'acceptAllCurrencies',
    'acceptedCurrencyCodes',
    'enabled',
    'testMode',
    'testStatus',
    'feePaidByClient',
    'verifiedPayersOnly',
  ]),
  receiveCurrencyCode: ['input', 'receiveCode'],
}

function checkSettings({ name, description, testStatus }: SettingsInput): void {
  checkedText(name, 'input.name', 100)
  checkedText(description, 'input.description', 255)
  refuseUnrecognized(testStatus, 'input.testStatus')
}
