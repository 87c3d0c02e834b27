// Destinations outside, judged as far as their own form and checksum tell: what has left for a mistyped one is gone.
import { createHash } from 'node:crypto'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { base58, base58xrp, bech32, bech32m } from '@scure/base'
import { isValidBIC, validateIBAN, ValidationErrorsIBAN } from 'ibantools'
import type { BytesCoder } from '@scure/base'

/**
 * Whether its length and form are its country's, and its check digits right; in either case of letters, without spaces. What some
 * countries check once more inside it is left out: banks there have exceptions, and it is the IBAN's own that guard against a slip.
 */
export function isIban(text: string): boolean {
  if (!/^[A-Za-z0-9]+$/.test(text)) return false
  const { errorCodes } = validateIBAN(text.toUpperCase())
  return errorCodes.every((code) => code === ValidationErrorsIBAN.WrongAccountBankBranchChecksum)
}

/** 8 or 11 letters and digits, the code of a country in the fifth and sixth place; in either case of letters. */
export function isBic(text: string): boolean {
  return isValidBIC(text)
}

/**
 * What is wrong with an address of this network, as a sentence; undefined where nothing is known to be, so for every network that is not
 * known here. Those of a test network pass: to which of them SpectroCoin pays is its own business.
 */
export function addressFault(network: string, address: string): string | undefined {
  const isAddress = Object.hasOwn(NETWORKS, network) ? NETWORKS[network] : undefined
  if (!isAddress || isAddress(address)) return undefined
  return `The address is none of ${network}: its form or its checksum is wrong, as where a character is mistyped.`
}

/** A version and a hash. Nothing longer is an address, though a private key ends in the same checksum. */
const HASH_LENGTH = 1 + 20
/** XRP's X-address (XLS-5): which chain, the hash, flags, a tag. */
const X_ADDRESS_LENGTH = 2 + 20 + 1 + 8

/** How the networks that are known here write their addresses. */
const NETWORKS: Readonly<Record<string, (address: string) => boolean>> = {
  BTC: (address) =>
    hasPrefix(address, ['bc', 'tb', 'bcrt']) ? isSegwit(address) : isBase58(address, [0x00, 0x05, 0x6f, 0xc4]),
  LTC(address) {
    // An MWEB address holds two public keys, and is longer than BIP 173 allows.
    if (hasPrefix(address, ['ltcmweb', 'tmweb'])) return bech32.decodeUnsafe(address, false) !== undefined
    if (hasPrefix(address, ['ltc', 'tltc', 'rltc'])) return isSegwit(address)
    return isBase58(address, [0x30, 0x32, 0x05, 0x6f, 0x3a, 0xc4])
  },
  DOGE: (address) => isBase58(address, [0x1e, 0x16, 0x71, 0xc4]),
  TRX: (address) => isBase58(address, [0x41, 0xa0]),
  ETH: isHex,
  BSC: isHex,
  POLYGON: isHex,
  XRP(address) {
    const bytes = checked(address, base58xrp)
    return bytes?.length === X_ADDRESS_LENGTH || (bytes?.length === HASH_LENGTH && bytes[0] === 0x00)
  },
}

function hasPrefix(address: string, prefixes: readonly string[]): boolean {
  return prefixes.includes(address.slice(0, address.lastIndexOf('1')).toLowerCase())
}

/** BIP 173 and BIP 350: a version and a program, version 0 with the one checksum, the others with the other. */
function isSegwit(address: string): boolean {
  const older = bech32.decodeUnsafe(address)
  const [version = -1, ...words] = (older ?? bech32m.decodeUnsafe(address))?.words ?? []
  const length = bech32.fromWordsUnsafe(words)?.length ?? 0
  if (older) return version === 0 && (length === 20 || length === 32)
  return version >= 1 && version <= 16 && length >= 2 && length <= 40
}

/** A version of this network, or of its test network, and a hash. */
function isBase58(address: string, versions: readonly number[]): boolean {
  const bytes = checked(address, base58)
  return bytes?.length === HASH_LENGTH && versions.includes(bytes[0] ?? -1)
}

/** What stands before the checksum, where that is right: four bytes of the double SHA-256 of it. */
function checked(address: string, alphabet: BytesCoder): Uint8Array | undefined {
  const bytes = decoded(address, alphabet)
  if (!bytes || bytes.length < 4) return undefined
  const [body, checksum] = [bytes.subarray(0, -4), bytes.subarray(-4)]
  return sha256(sha256(body)).subarray(0, 4).equals(checksum) ? body : undefined
}

function decoded(address: string, alphabet: BytesCoder): Uint8Array | undefined {
  try {
    return alphabet.decode(address)
  } catch {
    return undefined // A character that the alphabet does not have.
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** EIP-55: letters in mixed case are the checksum; all in one case carry none. */
function isHex(address: string): boolean {
  if (!/^0x[0-9a-fA-F]{40}$/.test(address)) return false
  const digits = address.slice(2)
  const lower = digits.toLowerCase()
  if (digits === lower || digits === digits.toUpperCase()) return true
  const hash = Buffer.from(keccak_256(Buffer.from(lower))).toString('hex')
  return (
    digits ===
    lower.replace(/[a-f]/g, (letter, at: number) => ((hash[at] ?? '') >= '8' ? letter.toUpperCase() : letter))
  )
}
