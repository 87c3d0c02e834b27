// What a client can read, by its Accept header. Yoga looks at it only when all is done, in the same way; how much a type is wanted (q) decides
// nothing.

export const EVENT_STREAM = 'text/event-stream'

/** What there is to answer in. */
export const ANSWERS = ['application/json', 'application/graphql-response+json', 'multipart/mixed', EVENT_STREAM]

/** Whether it takes any answer at all. */
export function takesAnswers(accept: string | undefined): boolean {
  return typesOf(accept || '*/*').some((type) =>
    ANSWERS.some((answer) => type === answer || type === '*/*' || type === `${answer.split('/', 1)[0]}/*`),
  )
}

/** Whether it names event streams: who takes anything would rather have an answer that ends. */
export function takesEvents(accept: string): boolean {
  return typesOf(accept).includes(EVENT_STREAM)
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
