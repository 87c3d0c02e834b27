// Merchant projects (merchant 2).
import { notFound } from './failure.ts'
import type { Project } from './merchant-book.ts'
import { pageOf } from './paging.ts'
import type { Route } from './router.ts'

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
    run({ world, parameter }) {
      const project = world.merchantBook.projects.find(({ id }) => id === parameter('id'))
      if (project === undefined) throw notFound(parameter('id'))
      return showProject(project)
    },
  },
]

function showProject(project: Project): object {
  return {
    id: project.id,
    name: project.name,
    description: project.description,
    autoConvert: project.autoConvert,
    receiveCurrencyCode: project.receiveCurrency.code,
    acceptAllCurrencies: project.acceptedCurrencyCodes === null,
    acceptedCurrencyCodes: project.acceptedCurrencyCodes ?? [],
    enabled: project.enabled,
    testMode: project.testStatus !== null,
    testStatus: project.testStatus,
    feePaidByClient: project.feePaidByClient,
    verifiedPayersOnly: false,
    paymentWindowMinutes: project.paymentWindowMinutes,
    callbackFormat: project.callbackFormat,
    createdAt: project.createdAt,
    updatedAt: project.updatedAt,
  }
}
