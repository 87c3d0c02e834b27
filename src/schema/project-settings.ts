// Making merchant projects and changing their settings.
import { createProject, updateProject } from '../resolvers/projects.ts'
import { builder } from './builder.ts'
import { InvalidInput, StateConflict } from './errors.ts'
import { needs, needsEach } from './needs.ts'
import { Project } from './objects.ts'
import type { InputFields } from './builder.ts'

export const TestStatus = builder.enumType('TestStatus', {
  description: 'What the orders of a project end as in test mode.',
  values: {
    PAID: { description: 'As if paid.' },
    EXPIRED: { description: 'As if not paid in time.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet. Not for inputs.' },
  } as const,
})

/** The settings beside the name; both inputs have them. */
const settingsFields = (t: InputFields) => ({
  description: t.string({ description: "The merchant's own note, at most 255 characters. Can be null." }),
  autoConvert: t.boolean({
    description: 'Whether what comes in is converted to `receiveCode`. Frozen by the first order.',
  }),
  receiveCode: t.field({
    type: 'CurrencyCode',
    description: 'The currency that it is converted to. Can be null. Frozen by the first order.',
  }),
  acceptAllCurrencies: t.boolean({
    description: 'Whether payers may pay in any currency. Frozen by the first order.',
  }),
  acceptedCurrencyCodes: t.field({
    type: ['CurrencyCode'],
    description: 'The currencies that payers may pay in, where not all. Can be null. Frozen by the first order.',
  }),
  enabled: t.boolean({ description: 'Whether it takes orders.' }),
  testMode: t.boolean({ description: 'Whether its orders need no payment.' }),
  testStatus: t.field({ type: TestStatus, description: 'What its orders end as in test mode. Can be null.' }),
  feePaidByClient: t.boolean({ description: 'Whether the payer pays the fee. Frozen by the first order.' }),
  verifiedPayersOnly: t.boolean({ description: 'Whether payers must be verified. Frozen by the first order.' }),
})

const CreateProjectInput = builder.inputType('CreateProjectInput', {
  description: "A project to make. What is left out, or null, is SpectroCoin's default.",
  fields: (t) => ({
    name: t.string({ required: true, description: 'Shown to payers, 1 to 100 characters.' }),
    ...settingsFields(t),
  }),
})

const CreateProjectResult = builder.unionType('CreateProjectResult', {
  description: 'The project, or why there is none.',
  types: () => [Project, InvalidInput],
  resolveType: ({ __typename }) => __typename,
})

const UpdateProjectInput = builder.inputType('UpdateProjectInput', {
  description: 'What to change of a project. What is left out stays; null clears what can be null.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The id of a Project.' }),
    name: t.string({ description: 'Shown to payers, 1 to 100 characters.' }),
    ...settingsFields(t),
  }),
})

const UpdateProjectResult = builder.unionType('UpdateProjectResult', {
  description:
    'The project as it is now, or why it is not changed: StateConflict where its first order froze a setting.',
  types: () => [Project, InvalidInput, StateConflict],
  resolveType: ({ __typename }) => __typename,
})

builder.mutationFields((t) => ({
  createProject: t.field({
    type: CreateProjectResult,
    nullable: true,
    description: 'Makes a merchant project.',
    args: { input: t.arg({ type: CreateProjectInput, required: true, description: 'Its settings.' }) },
    extensions: needs('merchants-projects:create'),
    resolve: (_root, args, context) => createProject(args, context),
  }),
  updateProject: t.field({
    type: UpdateProjectResult,
    nullable: true,
    description:
      'Changes settings of a merchant project. SpectroCoin takes all of them at once, so that they are read first and put back with the ' +
      'changes: of two updates at the same time, one may undo the other.',
    args: { input: t.arg({ type: UpdateProjectInput, required: true, description: 'Which project, and what of it.' }) },
    extensions: needsEach('merchants-projects:read', 'merchants-projects:write'),
    resolve: (_root, args, context) => updateProject(args, context),
  }),
}))
