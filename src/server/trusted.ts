// Which document a request means: the text that it holds, or one of the trusted list, which is then the only one that runs.
import { requestError } from './errors.ts'
import type { GraphQLError } from 'graphql'
import type { TrustedDocuments } from '../access/trusted-documents.ts'
import type { OperationRequest } from './prepare.ts'

/** Gives the text to run, or throws why there is none. `isAdhoc`: whoever asks may run what is not on the list. */
export type FindDocument = (request: OperationRequest, isAdhoc: boolean) => string

/** `trusted`: the list as it is now; undefined: everything runs. */
export function createFindDocument(trusted: (() => TrustedDocuments) | undefined): FindDocument {
  return (request, isAdhoc) => {
    const { query } = request
    const id = idOf(request)
    const text = typeof query === 'string' && query !== '' ? query : undefined
    if (!trusted) {
      if (text !== undefined) return text
      throw id === undefined ? noDocument() : requestError('PERSISTED_QUERY_NOT_SUPPORTED', NOT_SUPPORTED)
    }
    const known = id === undefined ? undefined : trusted().byId(id)
    // Clients that have heard so send the text once more, with the hash beside it.
    if (text === undefined) {
      if (known !== undefined) return known
      throw id === undefined ? noDocument() : requestError('PERSISTED_QUERY_NOT_FOUND', NOT_FOUND)
    }
    const found = trusted().byText(text)
    if (found !== undefined && known !== undefined && found !== known)
      throw requestError('BAD_REQUEST', 'The hash is that of another document.', { http: { status: 400 } })
    if (found !== undefined) return found
    if (isAdhoc) return text
    throw requestError('DOCUMENT_NOT_TRUSTED', NOT_TRUSTED, { http: { status: 403 } })
  }
}

const NOT_SUPPORTED = 'This gateway keeps no documents: send the text as "query".'
const NOT_FOUND = 'No trusted document has this hash.'
const NOT_TRUSTED = 'This gateway runs the documents of its trusted list alone, and this is none of them.'

function noDocument(): GraphQLError {
  return requestError('BAD_REQUEST', 'The request holds no document: send it as "query".', { http: { status: 400 } })
}

/** As the draft of GraphQL over HTTP has it, or in the way of Apollo's persisted queries, which others have taken up. */
function idOf({ documentId, extensions }: OperationRequest): string | undefined {
  const persisted = extensions?.['persistedQuery']
  const id = documentId ?? (isObject(persisted) ? persisted['sha256Hash'] : persisted)
  if (id === undefined || id === null) return undefined
  // What is no text is the id of nothing, and no document has an empty one.
  return typeof id === 'string' ? id : ''
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
