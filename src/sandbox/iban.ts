// Account numbers of banks: the checks that a mistyped one fails, and invented ones that pass them.

const ibanForm = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/
const bicForm = /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/

/** Country and form, then ISO 13616's remainder of 97; spaces between the digits are how people write one. */
export function isIban(text: string): boolean {
  const iban = text.replaceAll(' ', '')
  return ibanForm.test(iban) && remainder(iban) === 1n
}

export function isBic(text: string): boolean {
  return bicForm.test(text)
}

export function ibanOf(country: string, digits: string): string {
  const check = 98n - remainder(`${country}00${digits}`)
  return `${country}${String(check).padStart(2, '0')}${digits}`
}

// The first four go last, letters count from ten.
function remainder(iban: string): bigint {
  const turned = iban.slice(4) + iban.slice(0, 4)
  return BigInt(turned.replaceAll(/[A-Z]/g, (letter) => String(Number.parseInt(letter, 36)))) % 97n
}
