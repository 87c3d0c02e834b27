// What a client can read, by its Accept header; how much a type is wanted (q) decides nothing.
import { createRemembered } from './remembered.ts'

export const EVENT_STREAM = 'text/event-stream'
const JSON_ANSWER = 'application/json'
export const RESPONSE_JSON = 'application/graphql-response+json'

/** What there is to answer in. */
export const ANSWERS = [JSON_ANSWER, RESPONSE_JSON, EVENT_STREAM] as const
export type AnswerType = (typeof ANSWERS)[number]

export interface Accepted {
  /** What an answer that ends is written in. An event stream, of one event, where nothing else is taken. */
  readonly answer: AnswerType
  /** Whether event streams are named: who takes anything would rather have an answer that ends. */
  readonly events: boolean
}

/** Reads an Accept header; undefined: it takes no answer at all. */
export type ReadAccept = (accept: string | undefined) => Accepted | undefined

export function createReadAccept(): ReadAccept {
  const reading = createRemembered(read)
  return (accept) => reading(accept || '*/*')
}

function read(accept: string): Accepted | undefined {
  const types = typesOf(accept)
  const events = types.includes(EVENT_STREAM)
  for (const type of types) {
    if (type === RESPONSE_JSON) return { answer: RESPONSE_JSON, events }
    if (type === JSON_ANSWER || type === 'application/*' || type === '*/*') return { answer: JSON_ANSWER, events }
  }
  return events || types.includes('text/*') ? { answer: EVENT_STREAM, events } : undefined
}

/** The media types, but for those that are to be in other letters than UTF-8. */
function typesOf(accept: string): string[] {
  return accept
    .toLowerCase()
    .replace(/\s/g, '')
    .split(',')
    .map((each) => each.split(';'))
    .filter(([, ...parameters]) => parameters.every((each) => !each.includes('charset=') || each === UTF_8))
    .map(([type = '']) => type)
}

const UTF_8 = 'charset=utf-8'
