// Texts as inputs give them: checked as far as that needs nobody else, and passed on as written.
import { badInput } from '../errors.ts'

/** A text that is given must say something. null is none at all. */
export function checkedText(
  text: string | null | undefined,
  argument: string,
  longest: number = Number.POSITIVE_INFINITY,
): string | undefined {
  if (text === null || text === undefined) return undefined
  if (text.trim() === '') throw badInput(argument, `${argument} must not be empty.`)
  if (text.length > longest) throw badInput(argument, `${argument} must be at most ${longest} characters.`)
  return text
}

/** A word of whatever alphabet that names somebody or something outside. */
export function checkedWord(word: string, argument: string): string {
  if (/^[^\s\p{C}]{1,128}$/u.test(word)) return word
  throw badInput(argument, `${argument} must be 1 to 128 visible characters without spaces.`)
}

const LONGEST_URL = 2048

/** An address of the web, as the merchant's own pages have. */
export function checkedUrl(url: string | null | undefined, argument: string): string | undefined {
  const text = checkedText(url, argument, LONGEST_URL)
  // The parser would forgive white space and missing slashes.
  if (text === undefined || (/^https?:\/\/[^\s/\\?#]\S*$/i.test(text) && URL.canParse(text))) return text
  throw badInput(argument, `${argument} must be an http or https URL with a host.`)
}

/** A day of the calendar, YYYY-MM-DD. */
export function checkedDay(day: string | null | undefined, argument: string): string | undefined {
  if (day === null || day === undefined) return undefined
  const date = /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(day) : undefined
  // JavaScript rolls the 30th of February over into March.
  if (date && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)) return day
  throw badInput(argument, `${argument} must be a day as YYYY-MM-DD.`)
}
