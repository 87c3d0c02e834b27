// What the commands of this folder share: how they refuse, and which file they mean.
import { resolve } from 'node:path'

/** What a command does not do: its message is all that is shown of it, and holds nothing that was typed. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** Where a path leads that was typed: npm goes to the project's folder before it runs anything. */
export function typedPath(path: string, { INIT_CWD = '.' }: Readonly<Record<string, string | undefined>>): string {
  return resolve(INIT_CWD, path)
}

/** The file of an option --file, else of a variable, which means the same file as it does for a gateway. */
export function chosenFile(
  option: string | undefined,
  variable: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const set = env[variable]?.trim()
  if (option) return typedPath(option, env)
  if (set) return resolve(set)
  throw new Refused(`Say which file is meant: with --file, or with ${variable} in the environment.`)
}
