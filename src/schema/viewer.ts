// Who the gateway takes the caller for.
import { builder } from './builder.ts'
import { globalId } from './nodes.ts'
import type { BudgetView } from '../upstream/budget.ts'
import type { Caller } from '../upstream/caller.ts'

const UpstreamBudget = builder.objectRef<BudgetView>('UpstreamBudget').implement({
  description:
    'What is left of the upstream rate limit, as the gateway is configured or SpectroCoin has said in its answers; it publishes no number.',
  fields: (t) => ({
    limit: t.exposeInt('limit', { nullable: true, description: 'Calls in a window; null: not known.' }),
    remaining: t.exposeInt('remaining', {
      nullable: true,
      description: 'Calls that may still be sent in this window; null: not known.',
    }),
    resetsAt: t.expose('resetsAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When there are more: the end of the window, or of a configured minute of the oldest call; null: not known.',
    }),
    coolingDownUntil: t.expose('coolingDownUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'After a 429: until when nothing is sent; null: there is no such time.',
    }),
  }),
})

const Viewer = builder.objectRef<Caller>('Viewer').implement({
  description: 'Who the gateway takes the caller for.',
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'Stable for the identity; of a token it tells nothing.',
      resolve: ({ id }) => globalId('Viewer', id),
    }),
    name: t.string({
      nullable: false,
      description:
        'The name of the gateway key; without one "sandbox", "gateway" (its own credential), "token" (the caller\'s own) or "anonymous".',
      resolve: ({ name, kind }) => name ?? kind,
    }),
    scopes: t.exposeStringList('scopes', {
      nullable: { list: true, items: false },
      description: 'What the caller may do, e.g. "account:read"; null: not known, SpectroCoin decides at each call.',
    }),
    sandbox: t.boolean({
      nullable: false,
      description: 'Whether all of this is invented.',
      resolve: ({ isInvented }) => isInvented ?? false,
    }),
    budget: t.field({
      type: UpstreamBudget,
      nullable: false,
      description: 'What is left of the upstream rate limit.',
      resolve: (self, _args, { upstream }) => upstream.budget(self),
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    nullable: false,
    description: 'Who the gateway takes you for. Makes no upstream call.',
    resolve: (_root, _args, { caller }) => caller,
  }),
)
