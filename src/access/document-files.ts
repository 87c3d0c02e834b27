// The documents that files of operations make, each with the fragments that it takes, from whichever of the files they are in.
import { GraphQLError, Kind, parse, Source, stripIgnoredCharacters, validate, visit } from 'graphql'
import type {
  ASTNode,
  DefinitionNode,
  ExecutableDefinitionNode,
  FragmentDefinitionNode,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql'

export interface DocumentFile {
  /** As it is named in faults. */
  readonly name: string
  readonly text: string
}

export interface FoundDocument {
  /** The definitions as they are written, those of other files last. */
  readonly text: string
  /** Of its first operation; undefined: it is anonymous. */
  readonly name: string | undefined
  readonly type: 'query' | 'mutation' | 'subscription'
}

export interface FoundDocuments {
  readonly documents: readonly FoundDocument[]
  /** A sentence each, with file and line. */
  readonly faults: readonly string[]
}

interface Parsed {
  readonly operations: readonly OperationDefinitionNode[]
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
}

/** Each operation is a document, and where a file has several, so are they together: clients send either. */
export function findDocuments(schema: GraphQLSchema, files: readonly DocumentFile[]): FoundDocuments {
  const faults = new Set<string>()
  const parsed = files.flatMap((file) => readFile(file, faults) ?? [])
  const fragments = Map.groupBy(
    parsed.flatMap((file) => [...file.fragments.values()]),
    ({ name }) => name.value,
  )
  const documents = parsed.flatMap((file) => {
    const { operations } = file
    const groups = operations.length > 1 ? [...operations.map((each) => [each]), operations] : [operations]
    return groups.flatMap((group) => {
      const [first] = group
      if (!first) return []
      const definitions = inOrder(file, [...group, ...fragmentsOf(group, file, fragments, faults)])
      for (const error of validate(schema, { kind: Kind.DOCUMENT, definitions })) faults.add(asFault(error))
      return [{ text: definitions.map(sourceOf).join('\n\n'), name: first.name?.value, type: first.operation }]
    })
  })
  const once = new Map(documents.map((each) => [stripIgnoredCharacters(each.text), each]))
  return { documents: [...once.values()], faults: [...faults] }
}

function readFile({ name, text }: DocumentFile, faults: Set<string>): Parsed | undefined {
  try {
    const { definitions } = parse(new Source(text, name))
    const operations: OperationDefinitionNode[] = []
    const fragments = new Map<string, FragmentDefinitionNode>()
    for (const each of definitions) {
      if (each.kind === Kind.OPERATION_DEFINITION) operations.push(each)
      else if (each.kind !== Kind.FRAGMENT_DEFINITION) faults.add(faultAt(each, 'This is no operation or fragment.'))
      else if (fragments.has(each.name.value)) faults.add(faultAt(each, 'There is a fragment of this name above.'))
      else fragments.set(each.name.value, each)
    }
    return { operations, fragments }
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    faults.add(asFault(error))
    return undefined
  }
}

/** All fragments that are reached from there: those of the same file first, so that files may use a name each for themselves. */
function fragmentsOf(
  from: readonly DefinitionNode[],
  file: Parsed,
  others: ReadonlyMap<string, readonly FragmentDefinitionNode[]>,
  faults: Set<string>,
): ReadonlySet<FragmentDefinitionNode> {
  const found = new Set<FragmentDefinitionNode>()
  const reach = (definition: DefinitionNode): void =>
    void visit(definition, {
      FragmentSpread(spread) {
        const name = spread.name.value
        const [fragment, another] = file.fragments.has(name) ? [file.fragments.get(name)] : (others.get(name) ?? [])
        if (another) faults.add(faultAt(spread, 'Several files have a fragment of this name.'))
        // Validation tells of one that nobody has.
        if (!fragment || found.has(fragment)) return
        found.add(fragment)
        reach(fragment)
      },
    })
  from.forEach(reach)
  return found
}

/** As the file has them; what comes from other files after it, in the order in which it is reached. */
function inOrder(file: Parsed, definitions: readonly ExecutableDefinitionNode[]): readonly ExecutableDefinitionNode[] {
  const own = new Set<ExecutableDefinitionNode>([...file.operations, ...file.fragments.values()])
  return [
    ...definitions.filter((each) => own.has(each)).toSorted((a, b) => (a.loc?.start ?? 0) - (b.loc?.start ?? 0)),
    ...definitions.filter((each) => !own.has(each)),
  ]
}

function sourceOf({ loc }: DefinitionNode): string {
  return loc?.source.body.slice(loc.start, loc.end) ?? ''
}

function faultAt(node: ASTNode, message: string): string {
  return asFault(new GraphQLError(message, { nodes: node }))
}

function asFault({ source, locations, message }: GraphQLError): string {
  return `${source?.name}:${locations?.[0]?.line} ${message}`
}
