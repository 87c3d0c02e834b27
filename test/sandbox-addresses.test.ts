// The sandbox's addresses: of the form of their network, with a checksum that holds.
import { createHash } from 'node:crypto'
import { base32, base58, base58xrp, bech32, createBase58check } from '@scure/base'
import { describe, expect, test } from 'vitest'
import { addressOn } from '../src/sandbox/addresses.ts'
import { networkCodes } from '../src/sandbox/catalogue.ts'
import { createRandom } from '../src/sandbox/random.ts'
import { type Body, startCaller } from './sandbox/caller.ts'

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
const base58check = createBase58check(sha256)

function isSegwit(address: string, prefix: string): boolean {
  const { prefix: read, words } = bech32.decode(address as `${string}1${string}`)
  return read === prefix && words[0] === 0 && bech32.fromWords(words.slice(1)).length === 20
}

function isBase58Check(address: string, version: number): boolean {
  const bytes = base58check.decode(address)
  return bytes.length === 21 && bytes[0] === version
}

function isRipple(address: string): boolean {
  const bytes = base58xrp.decode(address)
  const [body, checksum] = [bytes.subarray(0, 21), bytes.subarray(21)]
  return body[0] === 0 && sha256(sha256(body)).subarray(0, 4).equals(checksum)
}

// What a CRC is taken over, with the CRC behind it (high byte first), has the CRC 0.
function isStellar(address: string): boolean {
  const bytes = base32.decode(address)
  const [low = 0, high = 0] = bytes.subarray(33)
  let crc = 0
  for (const byte of [...bytes.subarray(0, 33), high, low]) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const isOver = ((crc >> 15) ^ (byte >> bit)) & 1
      crc = ((crc << 1) & 0xffff) ^ (isOver ? 0x1021 : 0)
    }
  }
  return bytes.length === 35 && bytes[0] === 48 && crc === 0
}

const isHex = (address: string): boolean => /^0x[0-9a-f]{40}$/.test(address)

// With an address that the network's own documentation shows, where a test could be wrong together with the code.
const checks: Readonly<Record<string, readonly [check: (address: string) => boolean, known: string]>> = {
  BTC: [(address) => isSegwit(address, 'bc'), 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
  LTC: [(address) => isSegwit(address, 'ltc'), 'ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9'],
  DOGE: [(address) => isBase58Check(address, 0x1e), 'DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L'],
  TRX: [(address) => isBase58Check(address, 0x41), 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'],
  XRP: [isRipple, 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh'],
  XLM: [isStellar, 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'],
  SOL: [(address) => base58.decode(address).length === 32, 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'],
  ETH: [isHex, '0xdac17f958d2ee523a2206206994597c13d831ec7'],
  BSC: [isHex, '0x55d398326f99059ff775485246999027b3197955'],
  POLYGON: [isHex, '0x3c499c542cef5e3811e1192ce70d8cc03d5c3359'],
}

test('there is a check for each network', () => {
  expect(Object.keys(checks).sort()).toEqual([...networkCodes].sort())
})

describe.each(Object.entries(checks))('an address on %s', (code, [check, known]) => {
  test('has a checksum that holds, as one in use has', () => {
    const random = createRandom('addresses')
    expect(check(known)).toBe(true)
    const addresses = Array.from({ length: 100 }, () => addressOn(code, random))
    expect(addresses.filter((address) => !check(address))).toEqual([])
    expect(new Set(addresses).size).toBe(100)
  })

  test('is the same for the same seed', () => {
    expect(addressOn(code, createRandom('a'))).toBe(addressOn(code, createRandom('a')))
    expect(addressOn(code, createRandom('a'))).not.toBe(addressOn(code, createRandom('b')))
  })
})

test('all addresses that the API shows hold, of deposits, withdrawals and orders', async () => {
  const caller = await startCaller()
  const projects: Body[] = (await caller.get('/merchants/projects')).body.data
  const paths = [
    '/deposits/crypto',
    '/withdrawals/crypto',
    ...projects.map(({ id }) => `/merchants/orders?projectId=${id}`),
  ]
  const seen = new Set<string>()
  for (const path of paths) {
    const { data } = (await caller.get(`${path}${path.includes('?') ? '&' : '?'}size=100`)).body
    for (const { networkCode, payNetworkCode, address, depositAddress } of data) {
      const code = networkCode ?? payNetworkCode
      if (code === null || (address ?? depositAddress) === null) continue
      expect(checks[code]?.[0](address ?? depositAddress), `${path} ${code} ${address ?? depositAddress}`).toBe(true)
      seen.add(code)
    }
  }
  expect([...seen]).toEqual(expect.arrayContaining(['BTC', 'ETH', 'TRX', 'SOL', 'XRP', 'XLM']))
  await caller.sandbox.close()
})
