// An operation moves money once or not at all: a validation rule, so that it holds on every transport and before anything is sent.
import { Kind } from 'graphql'
import type { ASTVisitor, FragmentDefinitionNode, SelectionSetNode, ValidationContext } from 'graphql'
import { needsOf } from '../schema/needs.ts'
import { requestError } from './errors.ts'

export function OneMoneyFieldRule(context: ValidationContext): ASTVisitor {
  const mutations = context.getSchema().getMutationType()?.getFields() ?? {}
  return {
    OperationDefinition(operation) {
      if (operation.operation !== 'mutation') return
      const keys = new Set<string>()
      const seen = new Set<FragmentDefinitionNode>()
      const walk = ({ selections }: SelectionSetNode): void => {
        for (const selection of selections) {
          if (selection.kind === Kind.FIELD) {
            // Two selections under one key are one field; graphql-js refuses them where they differ.
            if (needsOf(mutations[selection.name.value]?.extensions ?? {})?.movesMoney)
              keys.add((selection.alias ?? selection.name).value)
          } else if (selection.kind === Kind.INLINE_FRAGMENT) {
            walk(selection.selectionSet)
          } else {
            const fragment = context.getFragment(selection.name.value)
            if (fragment && !seen.has(fragment)) walk(seen.add(fragment) && fragment.selectionSet)
          }
        }
      }
      walk(operation.selectionSet)
      if (keys.size > 1) {
        context.reportError(
          requestError('GRAPHQL_VALIDATION_FAILED', 'An operation may hold one money-moving field; nothing was sent.'),
        )
      }
    },
  }
}
