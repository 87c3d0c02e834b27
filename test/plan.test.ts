// The plan of an operation is made once, and kept for as long as there are not too many.
import { parse, validateExecutionArgs } from 'graphql'
import { expect, test } from 'vitest'
import { createPlanner } from '../src/server/plan.ts'
import { lab } from './support/lab.ts'
import type { ValidatedExecutionArgs } from 'graphql'

function validated(text: string, variableValues = {}): ValidatedExecutionArgs {
  const found = validateExecutionArgs({ schema: lab, document: parse(text), variableValues })
  if (!('schema' in found)) throw new Error(String(found))
  return found
}

/** The same operation, as one that nobody has asked before. */
const asAnother = (args: ValidatedExecutionArgs): ValidatedExecutionArgs => ({
  ...args,
  operation: { ...args.operation },
})

test('what is asked again is not planned again, unless a variable decides what is left out', () => {
  const planOf = createPlanner()
  const fixed = validated('query ($i: Int) { echo(a: $i) ... @skip(if: true) { id } }')
  expect(planOf(fixed)).toBe(planOf({ ...fixed }))
  expect(planOf(fixed)).not.toBe(planOf(asAnother(fixed)))
  const text = 'query ($yes: Boolean!) { id ...F } fragment F on Query { name @include(if: $yes) }'
  const [shown, hidden] = [validated(text, { yes: true }), validated(text, { yes: false })]
  const keys = (args: ValidatedExecutionArgs): unknown => planOf(args).fields.map(({ key }) => key)
  expect(keys(shown)).toEqual(['id', 'name'])
  expect(keys({ ...hidden, operation: shown.operation })).toEqual(['id'])
})

test('plans are forgotten when there are more than 100,000 fields in them, and made again', () => {
  const planOf = createPlanner()
  const names = Array.from({ length: 1_000 }, (_, index) => `f${index}: id`)
  const args = validated(`{ ${names.join(' ')} }`)
  const kept: unknown[] = []
  for (let count = 0; count < 100; count += 1) kept.push(planOf(asAnother(args)))
  const late = asAnother(args)
  const [first, second] = [asAnother(args), asAnother(args)]
  expect(kept).toHaveLength(100)
  const plan = planOf(first)
  expect(planOf(first)).toBe(plan)
  for (let count = 0; count < 98; count += 1) planOf(asAnother(args))
  expect(planOf(first)).toBe(plan)
  for (const each of [second, late]) planOf(each)
  expect(planOf(first)).not.toBe(plan)
  expect(planOf(late)).toBe(planOf(late))
})
