// Merchant projects: making one, changing one, and what is told of them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PATIENT, startWatchedGateway } from './support/canaries.ts'
import { page, preorder, project, raw, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Reply } from './support/upstream.ts'

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway(
    {
      ...walletRoutes,
      'POST /merchants/projects': { body: project() },
      'PUT /merchants/projects/J1': { body: project() },
    },
    PATIENT,
  )
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const RESULT = `{ __typename
  ... on Project { id name }
  ... on Error { message }
  ... on InvalidInput { path upstreamCode }
  ... on StateConflict { currentStatus }
}`
const CREATE = `mutation ($input: CreateProjectInput!) { createProject(input: $input) ${RESULT.replace(/ {2}... on StateConflict.*\n/, '')} }`
const UPDATE = `mutation ($input: UpdateProjectInput!) { updateProject(input: $input) ${RESULT} }`

async function create(input: object): Promise<Record<string, unknown>> {
  const { data, errors } = await gateway.ask(CREATE, { input: { name: 'Harbour Books', ...input } })
  expect(errors).toBeUndefined()
  return data.createProject
}
async function update(input: object): Promise<Record<string, unknown>> {
  const { data, errors } = await gateway.ask(UPDATE, { input: { id: 'Project:J1', ...input } })
  expect(errors).toBeUndefined()
  return data.updateProject
}
/** What was sent, the token's call left out. */
const sent = (): [string, unknown][] =>
  gateway.upstream.requests
    .filter(({ path }) => !path.startsWith('/oauth'))
    .map(({ method, path, body }) => [`${method} ${path}`, body === '' ? undefined : JSON.parse(body)])
const refuse = (errorCode: string, field: string): Reply => ({
  status: 400,
  body: { errorCode, errorParameters: [{ key: field, value: 'v' }] },
})
const DONE = { __typename: 'Project', id: 'Project:J1', name: 'Harbour Books' }

describe('making a project', () => {
  test('sends each setting by its name, as it was given', async () => {
    const settings = {
      description: 'Books "by the sea"',
      autoConvert: true,
      receiveCode: 'wBTC',
      acceptAllCurrencies: false,
      acceptedCurrencyCodes: ['BTC', 'USDT'],
      enabled: false,
      testMode: true,
      testStatus: 'EXPIRED',
      feePaidByClient: true,
      verifiedPayersOnly: false,
    }
    expect(await create(settings)).toEqual(DONE)
    const { receiveCode, ...same } = settings
    expect(sent()).toEqual([
      ['POST /merchants/projects', { name: 'Harbour Books', ...same, receiveCurrencyCode: receiveCode }],
    ])
  })

  test('sends nothing for what is left out, or null', async () => {
    await create({ description: null, enabled: null, testStatus: null })
    expect(sent()).toEqual([['POST /merchants/projects', { name: 'Harbour Books' }]])
  })

  test.each([
    ['GEN_4', 'receiveCurrencyCode', ['input', 'receiveCode']],
    ['GEN_5', 'description', ['input', 'description']],
    ['CUR_1', 'acceptedCurrencyCodes', ['input', 'acceptedCurrencyCodes']],
    ['GEN_8', 'Id', ['input']],
    ['MER_4', 'autoConvert', ['input', 'autoConvert']],
  ])('that is refused by %s about %s is InvalidInput there', async (code, field, path) => {
    gateway.upstream.routes({ 'POST /merchants/projects': refuse(code, field) })
    expect(await create({})).toMatchObject({ __typename: 'InvalidInput', path, upstreamCode: code })
  })
})

test('a refusal that calls the field by name leads to each setting, the name among them', async () => {
  const errorParameters = [{ key: 'field', value: 'name' }]
  const refusal: Reply = { status: 400, body: { errorCode: 'GEN_5', errorParameters } }
  gateway.upstream.routes({ 'POST /merchants/projects': refusal, 'PUT /merchants/projects/J1': refusal })
  for (const result of [await create({}), await update({ name: 'x' })])
    expect(result).toMatchObject({ __typename: 'InvalidInput', path: ['input', 'name'] })
})

describe('changing a project', () => {
  test('reads it, and puts the whole of it with the change: what the gateway does not know too, digit for digit', async () => {
    const row = project({
      description: null,
      testStatus: 'EXPIRED',
      feePaidByClient: false,
      paymentWindowMinutes: raw('15'),
      callbackFormat: 'FORM',
      futureSetting: { keep: ['me', raw('0.10000000000000000001')], text: '15' },
    })
    gateway.upstream.routes({ 'GET /merchants/projects/J1': { body: row } })
    expect(await update({ name: 'Harbour Reads', enabled: false })).toEqual(DONE)
    expect(sent().map(([call]) => call)).toEqual(['GET /merchants/projects/J1', 'PUT /merchants/projects/J1'])
    expect(gateway.upstream.requests.at(-1)?.body).toBe(
      JSON.stringify({ ...row, name: 'Harbour Reads', enabled: false }),
    )
  })

  test('clears what can be null, and says so', async () => {
    await update({ description: null, receiveCode: null, acceptedCurrencyCodes: null, testStatus: null })
    expect(sent()[1]?.[1]).toEqual({
      ...JSON.parse(JSON.stringify(project())),
      description: null,
      receiveCurrencyCode: null,
      acceptedCurrencyCodes: null,
      testStatus: null,
    })
  })

  test("puts a word that the gateway does not know back as it is, in SpectroCoin's own spelling", async () => {
    gateway.upstream.routes({ 'GET /merchants/projects/J1': { body: project({ testStatus: 'UNDERPAID' }) } })
    await update({ name: 'Harbour Reads' })
    expect(sent()[1]?.[1]).toMatchObject({ testStatus: 'UNDERPAID' })
  })

  test('that is not there is InvalidInput of its id, and nothing is put', async () => {
    gateway.upstream.routes({ 'GET /merchants/projects/J1': { status: 404, body: '' } })
    expect(await update({ name: 'x' })).toMatchObject({ __typename: 'InvalidInput', path: ['input', 'id'] })
    expect(gateway.upstream.count('PUT /merchants/projects/J1')).toBe(0)
  })

  test('that has gone in between is InvalidInput of its id', async () => {
    gateway.upstream.routes({ 'PUT /merchants/projects/J1': { status: 404, body: '' } })
    expect(await update({ name: 'x' })).toMatchObject({ __typename: 'InvalidInput', path: ['input', 'id'] })
  })

  test('that cannot be read is an error of the reading, and nothing is put', async () => {
    gateway.upstream.routes({ 'GET /merchants/projects/J1': { status: 403, body: '' } })
    const { data, errors } = await gateway.ask(UPDATE, { input: { id: 'Project:J1', name: 'x' } })
    expect(data).toEqual({ updateProject: null })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'merchants-projects:read' })
    expect(gateway.upstream.count('PUT /merchants/projects/J1')).toBe(0)
  })

  test('whose setting its first order froze is StateConflict', async () => {
    gateway.upstream.routes({ 'PUT /merchants/projects/J1': refuse('MER_4', 'autoConvert') })
    expect(await update({ autoConvert: false })).toMatchObject({ __typename: 'StateConflict', currentStatus: null })
  })

  test('that may have been done all the same says so', async () => {
    gateway.upstream.routes({ 'PUT /merchants/projects/J1': { status: 502, body: '' } })
    const { errors } = await gateway.ask(UPDATE, { input: { id: 'Project:J1', name: 'x' } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', outcome: 'UNKNOWN' })
    expect(gateway.upstream.count('PUT /merchants/projects/J1')).toBe(1)
  })

  test('is read anew by the next field', async () => {
    let name = 'before'
    gateway.upstream.routes({
      'GET /merchants/projects/J1': () => ({ body: project({ name }) }),
      'PUT /merchants/projects/J1': () => {
        name = 'after'
        return { body: project({ name }) }
      },
    })
    const { data } = await gateway.ask(
      `mutation { updateProject(input: { id: "Project:J1", name: "after" }) { ... on Project {
        preorders { nodes { project { name } } }
      } } }`,
    )
    expect(data.updateProject.preorders.nodes).toEqual([{ project: { name: 'after' } }])
  })
})

test.each<[name: string, value: string | null, argument: string]>([
  ['name', '', 'input.name'],
  ['name', ' ', 'input.name'],
  ['name', 'x'.repeat(101), 'input.name'],
  ['description', 'x'.repeat(256), 'input.description'],
  ['description', '', 'input.description'],
  ['testStatus', 'UNRECOGNIZED', 'input.testStatus'],
  ['receiveCode', 'eur', 'input.receiveCode'],
  ['id', 'Order:J1', 'input.id'],
  ...['name', 'autoConvert', 'acceptAllCurrencies', 'enabled', 'testMode', 'feePaidByClient', 'verifiedPayersOnly'].map(
    (name): [string, null, string] => [name, null, `input.${name}`],
  ),
])('a %s of %j is refused by its path, and nothing is sent', async (name, value, argument) => {
  const inputs: [string, object][] = [[UPDATE, { id: 'Project:J1', [name]: value }]]
  // A project to be made has no id yet, and null is SpectroCoin's default.
  if (name !== 'id' && value !== null) inputs.push([CREATE, { name: 'x', [name]: value }])
  for (const [query, input] of inputs) {
    const { errors } = await gateway.ask(query, { input })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
  }
  expect(gateway.upstream.requests).toEqual([])
})

test.each([
  [
    'all of it',
    { testStatus: 'PAID', paymentWindowMinutes: 1440, callbackFormat: 'FORM' },
    { testStatus: 'PAID', paymentWindowMinutes: 1440, callbackFormat: 'FORM' },
  ],
  [
    'a number as text, and words that are new',
    { testStatus: 'LATE', paymentWindowMinutes: '15', callbackFormat: 'XML' },
    { testStatus: 'UNRECOGNIZED', paymentWindowMinutes: 15, callbackFormat: 'UNRECOGNIZED' },
  ],
  ['nothing of it', {}, { testStatus: null, paymentWindowMinutes: null, callbackFormat: null }],
])('a project tells its test status, window and callbacks where the upstream does: %s', async (_what, row, told) => {
  gateway.upstream.routes({ 'GET /merchants/projects/J1': { body: project(row) } })
  const { data } = await gateway.ask('{ project(id: "Project:J1") { testStatus paymentWindowMinutes callbackFormat } }')
  expect(data.project).toEqual(told)
})

test('the preorders of a project are asked for by its own id', async () => {
  gateway.upstream.routes({ 'GET /merchants/preorders': { body: page(preorder({ projectId: undefined })) } })
  const { data } = await gateway.ask(
    '{ project(id: "Project:J1") { preorders(first: 3) { totalCount nodes { id project { id } } } } }',
  )
  expect(data.project.preorders).toEqual({
    totalCount: 1,
    nodes: [{ id: 'Preorder:P1', project: { id: 'Project:J1' } }],
  })
  const { query } = gateway.upstream.requests.find(({ path }) => path === '/merchants/preorders') ?? {}
  expect([...(query ?? [])]).toEqual([
    ['projectId', 'J1'],
    ['page', '1'],
    ['size', '3'],
  ])
  expect(gateway.upstream.count('GET /merchants/projects/J1')).toBe(1)
})
