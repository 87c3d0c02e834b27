// Answers that are meant to drown their reader: one that never ends, one that is much too long, one that swells when it is unpacked.
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'

type Head = { readonly status: number; readonly headers: Readonly<Record<string, string>> }

const dropEveryMs = 50
const oversizeBytes = 60_000_000
const bombMembers = 128
const bombMemberBytes = 4 * 1024 * 1024

/** The right bytes, one at a time, and spaces when they are through, until the client goes. */
export function drip(response: ServerResponse, { status, headers }: Head, bytes: Buffer): void {
  response.writeHead(status, headers).flushHeaders()
  let at = 0
  // Unref'd: a client kept waiting must not keep the process.
  const tap = setInterval(() => {
    response.write(at < bytes.length ? bytes.subarray(at, at + 1) : ' ')
    at += 1
  }, dropEveryMs).unref()
  response.once('close', () => clearInterval(tap))
}

/** A JSON array of 60 MB without a length, as fast as it is read and no faster. */
export function oversize(response: ServerResponse, { status, headers }: Head): Promise<void> {
  response.writeHead(status, headers)
  return pipeline(Readable.from(endlessRows()), response)
}

function* endlessRows(): Iterable<Buffer> {
  const rows = Buffer.from('{"id":"one-too-many","amount":"1.00"},'.repeat(1000))
  yield Buffer.from('[')
  for (let sent = 0; sent < oversizeBytes; sent += rows.length) yield rows
  yield Buffer.from('{}]')
}

/** Half a million bytes that are half a gigabyte of zeros when they are unpacked: gzip packs no tighter than a thousand to one. */
export function sendBomb(response: ServerResponse, { status, headers }: Head): void {
  // The same member over and over is still one file, and costs the making of one.
  const member = gzipSync(Buffer.alloc(bombMemberBytes), { level: 9 })
  const bytes = Buffer.concat(Array.from({ length: bombMembers }, () => member))
  response.writeHead(status, { ...headers, 'content-encoding': 'gzip', 'content-length': bytes.length })
  response.end(bytes)
}
