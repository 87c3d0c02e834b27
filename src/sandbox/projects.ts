// Merchant projects (merchant 2): list, one, create, change.
import { failure, notFound } from './failure.ts'
import type { Fields } from './fields.ts'
import type { Project, ProjectSettings } from './merchant-records.ts'
import { pageOf } from './paging.ts'
import { checkFrozen, settingsOf } from './project-form.ts'
import type { Call, Route } from './router.ts'
import type { World } from './world.ts'

export const projectRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/merchants/projects',
    scope: 'merchants-projects:read',
    list: 'projects',
    run: ({ world, query }) => pageOf(world.merchantBook.projects, query, showProject),
  },
  {
    method: 'GET',
    path: '/merchants/projects/{id}',
    scope: 'merchants-projects:read',
    run: (call) => showProject(projectOf(call)),
  },
  {
    method: 'POST',
    path: '/merchants/projects',
    scope: 'merchants-projects:create',
    // New projects get the newer callbacks.
    run: ({ world, now, body }) =>
      showProject(world.merchantBook.addProject(settingsOf(body, world.ledger), 'JSON', now)),
  },
  {
    method: 'PUT',
    path: '/merchants/projects/{id}',
    scope: 'merchants-projects:write',
    run(call) {
      const project = projectOf(call)
      const { body, world } = call
      // The whole object; but the contract's own example of one has no window, so a missing one stays what it is.
      const { paymentWindowMinutes } = project.settings
      const given = settingsOf(body, world.ledger)
      const isGiven = body.text('paymentWindowMinutes') !== undefined
      return change(call, project, isGiven ? given : { ...given, paymentWindowMinutes })
    },
  },
  {
    method: 'PATCH',
    path: '/merchants/projects/{id}',
    scope: 'merchants-projects:write',
    run(call) {
      const project = projectOf(call)
      return change(call, project, settingsOf(call.body, call.world.ledger, project.settings))
    },
  },
]

/** The project of a list's query or of a body; MER_2 where there is none. */
export function namedProject({ merchantBook }: World, fields: Fields): Project {
  const projectId = fields.required('projectId')
  const project = merchantBook.projects.find(({ id }) => id === projectId)
  if (project === undefined) throw failure('MER_2', { projectId })
  return project
}

function projectOf({ world, parameter }: Call): Project {
  const project = world.merchantBook.projects.find(({ id }) => id === parameter('id'))
  if (project === undefined) throw notFound(parameter('id'))
  return project
}

function change({ world, now }: Call, project: Project, settings: ProjectSettings): object {
  const hasOrders = world.merchantBook.orders.some(({ preorder }) => preorder.project === project)
  if (hasOrders) checkFrozen(project.settings, settings)
  project.settings = settings
  project.updatedAt = new Date(now)
  return showProject(project)
}

function showProject({ id, settings, callbackFormat, createdAt, updatedAt }: Project): object {
  return {
    id,
    name: settings.name,
    description: settings.description,
    autoConvert: settings.autoConvert,
    receiveCurrencyCode: settings.receiveCurrency.code,
    acceptAllCurrencies: settings.acceptedCurrencyCodes === null,
    acceptedCurrencyCodes: settings.acceptedCurrencyCodes ?? [],
    enabled: settings.enabled,
    testMode: settings.testStatus !== null,
    testStatus: settings.testStatus,
    feePaidByClient: settings.feePaidByClient,
    verifiedPayersOnly: settings.verifiedPayersOnly,
    paymentWindowMinutes: settings.paymentWindowMinutes,
    callbackFormat,
    createdAt,
    updatedAt,
  }
}
