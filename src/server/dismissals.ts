// What the protocol closes a websocket for, with the codes of graphql-transport-ws.
import { CloseCode } from 'graphql-ws'

export interface Dismissal {
  readonly code: number
  readonly reason: string
  readonly why: Rule
}

/** What a socket is ended for by the protocol. */
export type Rule =
  'protocol' | 'fault' | 'refused' | 'expired' | 'too-many-of-caller' | 'too-many-subscriptions' | 'too-many-messages'

export const FORBIDDEN: Dismissal = { code: CloseCode.Forbidden, reason: 'Forbidden', why: 'refused' }
export const EXPIRED: Dismissal = { ...FORBIDDEN, why: 'expired' }

/** The protocol has this code for one thing too many; the reason says of what. */
export function tooMany(what: string, why: Rule): Dismissal {
  return { code: CloseCode.TooManyInitialisationRequests, reason: `Too many ${what}`, why }
}

export function broken(code: CloseCode, reason: string): Dismissal {
  return { code, reason, why: 'protocol' }
}

export const FAULT: Dismissal = { code: CloseCode.InternalServerError, reason: 'Internal server error', why: 'fault' }
export const INVALID = broken(CloseCode.BadRequest, 'Invalid message received')
