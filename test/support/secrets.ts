// What nobody may be told. While tests run, secrets are collected from all that passes, and all that a gateway tells is looked through for them.
import { subscribe } from 'node:diagnostics_channel'
import { WebSocket } from 'ws'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Environment } from '../../src/config.ts'

/** By secret, what it is. The gateway's own are in no answer at all. */
const ours = new Map<string, string>()
/** Callers' tokens, and where money goes or lies: these may be in the data of an answer, and nowhere else. */
const theirs = new Map<string, string>()
/** The gateways that listen, by port. */
const gateways = new Map<number, string>()
const leaks = new Set<string>()

/** What is shorter may be a word that anybody says. */
const SHORTEST = 8

function collect(secrets: Map<string, string>, what: string, secret: string | undefined): void {
  if (secret !== undefined && secret.length >= SHORTEST && !secrets.has(secret)) secrets.set(secret, what)
}

/** A secret that the gateway is given. */
export function collectSecret(what: string, secret: string | undefined): void {
  collect(ours, what, secret)
}

/** The credential that this environment has. */
export function collectCredential(env: Environment): void {
  collectSecret('the client id', env['SPECTROCOIN_CLIENT_ID'])
  collectSecret('the client secret', env['SPECTROCOIN_CLIENT_SECRET'])
}

/** From now on all that leaves this port is looked through, for as long as the gateway listens. `name` says which one it is. */
export function watchPort(url: string, name: string): void {
  gateways.set(Number(new URL(url).port), name)
}

export function unwatchPort(url: string): void {
  gateways.delete(Number(new URL(url).port))
}

/** Looks through what belongs to no caller: a line of the log, the metrics, a file. `from` says what it is and whose. */
export function lookThrough(from: string, text: string): void {
  for (const [secret, what] of ours) if (text.includes(secret)) tell(from, what, secret, text)
  for (const secret of foundIn(text, theirs)) tell(from, theirs.get(secret), secret, text)
  // A line that needed the last net comes from code that tells a secret.
  if (text.includes('[hidden]')) tell(from, 'what the log has hidden', '[hidden]', text)
}

/** Looks through an answer, the whole of it or a piece with its head. */
export function lookThroughAnswer(from: string, text: string): void {
  for (const [secret, what] of ours) if (text.includes(secret)) tell(from, what, secret, text)
  if (theirs.size === 0) return
  for (const secret of foundIn(besideData(text), theirs)) tell(from, theirs.get(secret), secret, text)
}

/** Forgets what is known, before the tests of another file, which have their own. */
export function forgetSecrets(): void {
  ours.clear()
  theirs.clear()
}

/** Fails where a gateway has told a secret since this was asked last. */
export function expectNothingTold(): void {
  if (leaks.size === 0) return
  const told = [...leaks].join('\n')
  leaks.clear()
  throw new Error(`A secret was told.\n${told}`)
}

function tell(from: string, what: string | undefined, secret: string, text: string): void {
  const at = text.indexOf(secret)
  if (leaks.size < 20) leaks.add(`${from} tells ${what} (${secret}): …${text.slice(Math.max(0, at - 200), at + 200)}…`)
}

/** The secrets among its words: however many there are, a text is read once. */
function foundIn(text: string, secrets: ReadonlyMap<string, string>): string[] {
  if (secrets.size === 0) return []
  return (text.match(/[\w-]{8,}/g) ?? []).filter((word) => secrets.has(word))
}

/** What an answer says but for its data: the head, errors and extensions, and the messages of errors that are data. */
function besideData(text: string): string {
  const messages = text.match(/"message":"(?:[^"\\]|\\.)*"/g) ?? []
  const parts: string[] = [...messages]
  let from = 0
  for (;;) {
    const at = text.indexOf('"data":', from)
    parts.push(text.slice(from, at === -1 ? undefined : at))
    if (at === -1) return parts.join('\n')
    from = endOfValue(text, at + '"data":'.length)
  }
}

/** Where the JSON value that begins here ends. */
function endOfValue(text: string, from: number): number {
  const marks = /"(?:[^"\\]|\\.)*"|[{}[\],]/g
  marks.lastIndex = from
  let depth = 0
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    if (/[{[]/.test(mark[0])) depth += 1
    else if (/[}\]]/.test(mark[0])) depth -= 1
    if (depth <= 0 && !mark[0].startsWith('"')) return marks.lastIndex
  }
  return text.length
}

// --- What passes. Channels of Node's own tell of it, so that no test can forget to.

/** Fields that say where money goes or lies, and what spends it, in rows of the upstream and in variables. */
const WORTH = /"(iban|address|accountNumber|voucherCode|voucherPin)":\s?"([\w-]{8,})"|"(code)":"([\w-]{8,})","pin"/g

function collectWorth(text: string): void {
  for (const [, name, value, code, codeValue] of text.matchAll(WORTH))
    collect(theirs, `the ${name ?? code} of somebody`, value ?? codeValue)
}

function collectAuthorization(value: string | undefined): void {
  const token = value?.replace(/^\w+ +/, '').trim()
  if (token?.startsWith('scgw_')) collect(ours, 'a gateway key', token)
  // A test's upstream may write it into its rows, to see whose they are.
  else if (token !== undefined && !ours.has(token)) collect(theirs, 'a token', token)
}

/** What a test's upstream, or the sandbox, answers. */
function hearUpstream(text: string): void {
  for (const [, token] of text.matchAll(/"access_token":\s*"([^"]+)"/g)) collectSecret('the access token', token)
  collectWorth(text)
}

subscribe('net.server.socket', (message) => {
  const { socket } = message as { readonly socket: Socket }
  const { localPort = 0 } = socket
  let isFile = false
  const hear = (text: string): void => {
    const name = gateways.get(localPort)
    if (name === undefined) return hearUpstream(text)
    const isHead = text.startsWith('HTTP/1.1 ')
    if (isHead) isFile = /^content-disposition:/im.test(text.slice(0, text.indexOf('\r\n\r\n')))
    // A file of the caller's own history is data as a whole.
    if (!isFile) lookThroughAnswer(`An answer of ${name}`, text)
  }
  const { _write: write, _writev: writev } = socket
  socket._write = function (chunk, encoding, done) {
    hear(textOf(chunk))
    write.call(this, chunk, encoding, done)
  }
  if (writev)
    socket._writev = function (chunks, done) {
      hear(chunks.map((each) => textOf(each.chunk)).join(''))
      writev.call(this, chunks, done)
    }
})

function textOf(chunk: unknown): string {
  return Buffer.isBuffer(chunk)
    ? chunk.toString('latin1')
    : chunk instanceof Uint8Array
      ? Buffer.from(chunk).toString('latin1')
      : String(chunk)
}

subscribe('http.server.request.start', (message) => {
  const { request } = message as { readonly request: IncomingMessage }
  collectAuthorization(request.headers.authorization)
  const push = request.push.bind(request)
  request.push = (chunk: unknown, encoding) => {
    if (chunk !== null) collectWorth(textOf(chunk))
    return push(chunk, encoding)
  }
})

/** What a client says over a websocket is masked on its way, and plain only where it has come to. */
const { emit } = WebSocket.prototype
WebSocket.prototype.emit = function (this: WebSocket & { readonly _isServer?: boolean }, event, ...args: unknown[]) {
  if (event === 'message' && this._isServer) {
    const text = textOf(args[0])
    collectAuthorization(/"authorization":"([^"]+)"/i.exec(text)?.[1])
    collectWorth(text)
  }
  return emit.call(this, event, ...args)
}
