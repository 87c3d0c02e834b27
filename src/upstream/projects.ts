// Merchant projects: the settings under which a shop takes payments.
import { orNull, readOne } from './call.ts'
import { count, flag, id, many, may, must, source, text, time, word } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { verbatim } from './json.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { RequestBody } from './json.ts'
import type { Page } from './pages.ts'

export const projectEndpoints = defineEndpoints('projects', {
  list: {
    does: 'lists the merchant projects',
    method: 'GET',
    path: '/merchants/projects',
    scope: 'merchants-projects:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one merchant project',
    method: 'GET',
    path: '/merchants/projects/{projectId}',
    scope: 'merchants-projects:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  create: {
    does: 'makes a merchant project',
    method: 'POST',
    path: '/merchants/projects',
    scope: 'merchants-projects:create',
    safety: 'creates',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  update: {
    does: 'puts all settings of a merchant project',
    method: 'PUT',
    path: '/merchants/projects/{projectId}',
    scope: 'merchants-projects:write',
    safety: 'creates',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export const TEST_STATUSES = ['PAID', 'EXPIRED'] as const
export const CALLBACK_FORMATS = ['JSON', 'FORM'] as const

export interface Project {
  readonly __typename: 'Project'
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly enabled: boolean
  readonly autoConvert: boolean | null
  readonly receiveCode: string | null
  readonly acceptAllCurrencies: boolean | null
  readonly acceptedCurrencyCodes: readonly string[] | null
  readonly testMode: boolean | null
  readonly testStatus: (typeof TEST_STATUSES)[number] | 'UNRECOGNIZED' | null
  readonly feePaidByClient: boolean | null
  readonly verifiedPayersOnly: boolean | null
  readonly paymentWindowMinutes: number | null
  readonly callbackFormat: (typeof CALLBACK_FORMATS)[number] | 'UNRECOGNIZED' | null
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
}

/** What can be set. undefined: not said; null: cleared. */
export interface ProjectSettings {
  readonly name?: string | undefined
  readonly description?: string | null | undefined
  readonly autoConvert?: boolean | undefined
  readonly receiveCode?: string | null | undefined
  readonly acceptAllCurrencies?: boolean | undefined
  readonly acceptedCurrencyCodes?: readonly string[] | null | undefined
  readonly enabled?: boolean | undefined
  readonly testMode?: boolean | undefined
  readonly testStatus?: string | null | undefined
  readonly feePaidByClient?: boolean | undefined
  readonly verifiedPayersOnly?: boolean | undefined
}

/** A project as the upstream wrote it. */
export type WholeProject = RequestBody

export interface Projects {
  list(page: number, size: number, scope: CallScope): Promise<Page<Project>>
  read(projectId: string, scope: CallScope): Promise<Project | null>
  create(settings: ProjectSettings, scope: CallScope): Promise<Project>
  /** A project with all that the upstream says of it, also what this graph does not know; null where there is none. */
  readWhole(projectId: string, scope: CallScope): Promise<WholeProject | null>
  /** The upstream takes the whole object: `before`, with the settings laid over it. */
  update(projectId: string, before: WholeProject, settings: ProjectSettings, scope: CallScope): Promise<Project>
}

export function createProjects(call: Call, endpoints: typeof projectEndpoints): Projects {
  return {
    async list(page, size, scope) {
      return decodeList(await call(endpoints.list, { query: pageQuery(page, size) }, scope), 'projects', decodeProject)
    },
    read: (projectId, scope) => readOne(call(endpoints.read, { path: { projectId } }, scope), 'project', decodeProject),
    async create(settings, scope) {
      return decodeProject(source(await call(endpoints.create, { body: settingsBody(settings) }, scope), 'project'))
    },
    readWhole: (projectId, scope) =>
      orNull(
        call(endpoints.read, { path: { projectId } }, scope).then((reply) => {
          decodeProject(source(reply, 'project'))
          return verbatim(reply.body ?? Buffer.alloc(0))
        }),
      ),
    async update(projectId, before, settings, scope) {
      const body = { ...before, ...settingsBody(settings) }
      const answer = await call(endpoints.update, { path: { projectId }, body }, scope)
      return decodeProject(source(answer, 'project'))
    },
  }
}

/** Without what is not said, so that it covers nothing of what it is laid over. */
function settingsBody({ receiveCode, ...settings }: ProjectSettings): RequestBody {
  const named = { ...settings, receiveCurrencyCode: receiveCode }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
}

const testStatus = word(TEST_STATUSES)
const callbackFormat = word(CALLBACK_FORMATS)

function decodeProject(from: Source): Project {
  return {
    __typename: 'Project',
    id: must(from, id, 'id', 'projectId'),
    name: must(from, text, 'name'),
    description: may(from, text, 'description'),
    enabled: must(from, flag, 'enabled'),
    autoConvert: may(from, flag, 'autoConvert'),
    receiveCode: may(from, text, 'receiveCurrencyCode'),
    acceptAllCurrencies: may(from, flag, 'acceptAllCurrencies'),
    acceptedCurrencyCodes: may(from, many(text), 'acceptedCurrencyCodes'),
    testMode: may(from, flag, 'testMode'),
    testStatus: may(from, testStatus, 'testStatus'),
    feePaidByClient: may(from, flag, 'feePaidByClient'),
    verifiedPayersOnly: may(from, flag, 'verifiedPayersOnly'),
    paymentWindowMinutes: may(from, count, 'paymentWindowMinutes'),
    callbackFormat: may(from, callbackFormat, 'callbackFormat'),
    createdAt: may(from, time, 'createdAt'),
    updatedAt: may(from, time, 'updatedAt'),
  }
}
