// Addresses and hashes in the form that each network uses; nobody holds their keys.
import type { Random } from './random.ts'

const beginnings: Readonly<Record<string, readonly [start: string, digits: number]>> = {
  BTC: ['bc1q', 38],
  LTC: ['ltc1q', 38],
  DOGE: ['D', 33],
  TRX: ['T', 33],
  XRP: ['r', 33],
  XLM: ['G', 55],
  SOL: ['', 44],
}

export function addressOn(networkCode: string, random: Random): string {
  const [start, digits] = beginnings[networkCode] ?? ['0x', 40]
  return start + random.hex(digits)
}

export function hashOn(networkCode: string, random: Random): string {
  return (beginnings[networkCode] === undefined ? '0x' : '') + random.hex(64)
}
