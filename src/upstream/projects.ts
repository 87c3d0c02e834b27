// Merchant projects: the settings under which a shop takes payments.
import { orNull } from './call.ts'
import { flag, id, may, must, source, text, time } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Read, Source } from './decode.ts'
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
})

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
  readonly feePaidByClient: boolean | null
  readonly verifiedPayersOnly: boolean | null
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
}

export interface Projects {
  list(page: number, size: number, scope: CallScope): Promise<Page<Project>>
  read(projectId: string, scope: CallScope): Promise<Project | null>
}

export function createProjects(call: Call, endpoints: typeof projectEndpoints): Projects {
  return {
    async list(page, size, scope) {
      return decodeList(await call(endpoints.list, { query: pageQuery(page, size) }, scope), 'projects', decodeProject)
    },
    read: (projectId, scope) =>
      orNull(
        call(endpoints.read, { path: { projectId } }, scope).then((json) => decodeProject(source(json, 'project'))),
      ),
  }
}

const texts: Read<readonly string[]> = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined

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
    acceptedCurrencyCodes: may(from, texts, 'acceptedCurrencyCodes'),
    testMode: may(from, flag, 'testMode'),
    feePaidByClient: may(from, flag, 'feePaidByClient'),
    verifiedPayersOnly: may(from, flag, 'verifiedPayersOnly'),
    createdAt: may(from, time, 'createdAt'),
    updatedAt: may(from, time, 'updatedAt'),
  }
}
