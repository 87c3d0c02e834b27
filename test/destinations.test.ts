// Addresses and bank accounts outside: what a form and a checksum tell. The vectors are those of the standards that are named with them.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressFault, isBic, isIban } from '../src/resolvers/destinations.ts'

const BITCOIN = [
  // BIP 173 and BIP 350
  'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4',
  'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7',
  'bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y',
  'BC1SW50QGDZ25J',
  'bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs',
  'tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c',
  'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
  // Base58check: to a key, to a script, of the test network
  '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
  '3P14159f73E4gFr7JterCCQh9QjiTjiZrG',
  'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn',
]
const LITECOIN = [
  'LYhttvnKawAv6RcHQ4eBkNtifuiEA99PFe',
  'ltc1qhdhvrwe6rgqns8fz28tee0hphr5x7ulw5exv4w',
  'ltcmweb1qq20e2arnhvxw97katjkmsd35agw3capxjkrkh7dk8d30rczm8ypxuq329nwh2twmchhqn3jqh7ua4ps539f6aazh79jy76urqht4qa59ts3at6gf',
]
const DOGECOIN = ['DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L']
const TRON = ['TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t']
const RIPPLE = [
  'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh',
  'r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59',
  // XLS-5: without a tag, with one, of the test network
  'X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqZ',
  'X7AcgcsBL6XDcUb289X4mJ8djcdyKaGo2K5VpXpmCqbV2gS',
  'T719a5UwUCnEs54UsxG9CJYYDhwmFCqkr7wxCcNcfZ6p5GZ',
]
// EIP-55: in mixed case
const ETHEREUM = [
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
]
// EIP-55: in one case, where nothing is checked
const UNCHECKED = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
  '0xde709f2102306220921060314715629080e2fb77',
  '0x27b1fdb04752bbc536007a920d24acb045561c26',
]

const VALID: readonly (readonly [string, readonly string[]])[] = [
  ['BTC', BITCOIN],
  ['LTC', LITECOIN],
  ['DOGE', DOGECOIN],
  ['TRX', TRON],
  ['XRP', RIPPLE],
  ...['ETH', 'BSC', 'POLYGON'].map((network) => [network, [...ETHEREUM, ...UNCHECKED]] as const),
]
const pairs = (table: typeof VALID): (readonly [string, string])[] =>
  table.flatMap(([network, addresses]) => addresses.map((address) => [network, address] as const))

test.each(pairs(VALID))('nothing is wrong with the %s address %s', (network, address) => {
  expect(addressFault(network, address)).toBeUndefined()
})

test.each(
  pairs([
    [
      'BTC',
      [
        // BIP 350: another prefix, the checksum of the other version, a character, a version, lengths, cases, padding, nothing
        'tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut',
        'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd',
        'tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf',
        'BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL',
        'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh',
        'tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47',
        'bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4',
        'BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R',
        'bc1pw5dgrnzv',
        'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav',
        'BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P',
        'tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq',
        'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf',
        'tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j',
        'bc1gmk9yu',
        'bc1',
        // BIP 173: a character put in before the last p is not seen by the checksum, but by the length
        'bc1qqw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
        // A private key, of other networks, and nothing
        '5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ',
        'ltc1qhdhvrwe6rgqns8fz28tee0hphr5x7ulw5exv4w',
        '0xde709f2102306220921060314715629080e2fb77',
        'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh',
        'bc1qexample',
        '',
      ],
    ],
    [
      'LTC',
      [
        'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
        'ltcmweb1qq20e2arnhvxw97katjkmsd35agw3capxjkrkh7dk8d30rczm8ypxuq329nwh2twmchhqn3jqh7ua4ps539f6aazh79jy76urqht4qa59ts3at6gg',
      ],
    ],
    ['DOGE', ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'DH5yaieqoZN36fDVciNyRueRGvGLR3mr7']],
    ['TRX', ['0xde709f2102306220921060314715629080e2fb77', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6']],
    [
      'XRP',
      ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'sn259rEFXrQrWyx3Q7XneWcwV6dfL', 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyT'],
    ],
    [
      'ETH',
      [
        'de709f2102306220921060314715629080e2fb77',
        '0XDE709F2102306220921060314715629080E2FB77',
        '0xde709f2102306220921060314715629080e2fb7',
        '0xde709f2102306220921060314715629080e2fb777',
        '0xge709f2102306220921060314715629080e2fb77',
        'vitalik.eth',
        '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
      ],
    ],
  ]),
)('the %s address %j is wrong, and a sentence says so without it', (network, address) => {
  const fault = addressFault(network, address)
  expect(fault).toMatch(/^The address is none of [A-Z]+: .+\.$/)
  if (address) expect(fault).not.toContain(address)
})

test.each(['SOL', 'XLM', 'btc', 'ARBITRUM', '', 'constructor', '__proto__'])(
  'of the network %j nothing is known, and so nothing is wrong',
  (network) => {
    expect(addressFault(network, 'whatever')).toBeUndefined()
  },
)

const CHARACTERS = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at))
const changed = (address: string, at: number, character: string): string =>
  address.slice(0, at) + character + address.slice(at + 1)

describe.each(pairs(VALID.slice(0, 5)))('the %s address %s', (network, address) => {
  test('is refused with any one character changed, left out, put in, or changed places with the next', () => {
    const place = fc.nat({ max: address.length - 1 })
    fc.assert(
      fc.property(place, fc.constantFrom(...CHARACTERS), (at, character) => {
        const mistyped = [
          changed(address, at, character),
          address.slice(0, at) + address.slice(at + 1),
          address.slice(0, at) + character + address.slice(at),
          address.slice(0, at) + (address[at + 1] ?? '') + address[at] + address.slice(at + 2),
        ]
        for (const wrong of mistyped) if (wrong !== address) expect(addressFault(network, wrong)).toBeDefined()
      }),
    )
  })
})

describe.each(ETHEREUM)('the address %s', (address) => {
  test('is refused with the case of any one letter changed', () => {
    for (const [at, letter] of address.split('').entries()) {
      const other = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()
      if (other !== letter) expect(addressFault('ETH', changed(address, at, other))).toBeDefined()
    }
  })

  test('is refused with any one digit changed', () => {
    // Some in thousands slip through, as the EIP says; none of these does.
    for (let at = 2; at < address.length; at += 1)
      for (const digit of '0123456789abcdefABCDEF')
        if (digit.toLowerCase() !== address[at]?.toLowerCase())
          expect(addressFault('ETH', changed(address, at, digit))).toBeDefined()
  })

  test.each([address.toLowerCase(), `0x${address.slice(2).toUpperCase()}`])('carries no checksum as %s', (one) => {
    expect(addressFault('BSC', one)).toBeUndefined()
  })
})

describe('an IBAN', () => {
  // The examples of the registry of ISO 13616
  const IBANS = [
    'GB29NWBK60161331926819',
    'DE89370400440532013000',
    'FR1420041010050500013M02606',
    'LT121000011101001000',
    'NO9386011117947',
    'MT84MALT011000012345MTLCAST001S',
    'CH9300762011623852957',
    'BR1800360305000010009795493C1',
  ]

  test.each([...IBANS, 'lt121000011101001000'])('%s is one', (iban) => {
    expect(isIban(iban)).toBe(true)
  })

  test.each(IBANS)('%s is none with a digit or a letter changed for another one, or with one more or less', (iban) => {
    const place = fc.nat({ max: iban.length - 1 })
    fc.assert(
      fc.property(place, fc.constantFrom(...CHARACTERS), (at, character) => {
        const right = iban[at] ?? ''
        const wrong = changed(iban, at, character)
        // A digit in place of a letter has the remainder of 97 right once in a while.
        const alike = /\d/.test(right) ? /[^A-Za-z]/.test(character) : /\D/.test(character)
        if (alike && character.toUpperCase() !== right) expect(isIban(wrong)).toBe(false)
        expect(isIban(iban.slice(0, at) + iban.slice(at + 1))).toBe(false)
        expect(isIban(iban.slice(0, at) + character + iban.slice(at))).toBe(false)
      }),
    )
  })

  test.each([
    ['the right check digits and the length of no account there', 'LT35100001110100100'],
    ['a country that has none', 'US64SVBKUS6S3300958879'],
    ['spaces', 'LT12 1000 0111 0100 1000'],
    ['a letter that is two in upper case', 'DE8937040044053201300ß'],
    ['nothing', ''],
  ])('with %s is none', (_what, iban) => {
    expect(isIban(iban)).toBe(false)
  })

  test('is not judged by the check digits that its country has inside it', () => {
    // The registry's Norwegian example with another last digit, and the IBAN's own check digits for that.
    expect(isIban('NO6686011117948')).toBe(true)
  })
})

describe('a BIC', () => {
  test.each(['DEUTDEFF', 'DEUTDEFF500', 'NEDSZAJJXXX', 'habalt22', 'EXAMXK22'])('%s is one', (bic) => {
    expect(isBic(bic)).toBe(true)
  })

  test.each(['DEUTDEF', 'DEUTDEFF5', 'DEUTDEFF5000', 'DEUTQQFF', 'DEU1DEFF', 'DEUT DEFF', ''])('%j is none', (bic) => {
    expect(isBic(bic)).toBe(false)
  })
})
