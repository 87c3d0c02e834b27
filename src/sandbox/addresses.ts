// Addresses and hashes in the form that each network uses, checksums included; nobody holds their keys.
import { createHash } from 'node:crypto'
import { base32, base58, base58xrp, bech32 } from '@scure/base'
import type { Random } from './random.ts'

const forms: Readonly<Record<string, (random: Random) => string>> = {
  BTC: (random) => segwit('bc', bytes(20, random)),
  LTC: (random) => segwit('ltc', bytes(20, random)),
  DOGE: (random) => base58.encode(checked(0x1e, bytes(20, random))),
  TRX: (random) => base58.encode(checked(0x41, bytes(20, random))),
  XRP: (random) => base58xrp.encode(checked(0x00, bytes(20, random))),
  XLM: (random) => stellar(bytes(32, random)),
  SOL: (random) => base58.encode(bytes(32, random)),
}

export function addressOn(networkCode: string, random: Random): string {
  return forms[networkCode]?.(random) ?? `0x${random.hex(40)}`
}

export function hashOn(networkCode: string, random: Random): string {
  return (forms[networkCode] === undefined ? '0x' : '') + random.hex(64)
}

function bytes(count: number, random: Random): Buffer {
  return Buffer.from(random.hex(2 * count), 'hex')
}

/** Pay to the hash of a public key, version 0 (BIP 173). */
function segwit(prefix: string, program: Buffer): string {
  return bech32.encode(prefix, [0, ...bech32.toWords(program)])
}

/** Base58check before its letters, which are not the same everywhere. */
function checked(version: number, hash: Buffer): Buffer {
  const body = Buffer.from([version, ...hash])
  return Buffer.concat([body, sha256(sha256(body)).subarray(0, 4)])
}

/** An account's public key (SEP 23): a `G` comes of the version, 6 << 3. */
function stellar(key: Buffer): string {
  const body = Buffer.from([6 << 3, ...key])
  const checksum = Buffer.alloc(2)
  checksum.writeUInt16LE(crc16(body))
  return base32.encode(Buffer.concat([body, checksum]))
}

/** CRC-16/XMODEM. */
function crc16(data: Buffer): number {
  let crc = 0
  for (const byte of data) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  return crc
}

function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
