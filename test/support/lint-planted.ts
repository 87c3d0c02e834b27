// Lints planted files once with the project's own configuration, in a copy of the tree that nothing else sees.

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** For each file, for each line of code that broke something, the short names of the rules. */
export type Broken = Map<string, Map<string, string[]>>

const root = join(import.meta.dirname, '../..')

/** Takes the lines of each file by its path in the project; lines of one file must differ. */
export function lintPlanted(planted: Map<string, string[]>): Broken {
  const directory = mkdtempSync(join(tmpdir(), 'planted-'))
  try {
    for (const file of ['.oxlintrc.json', 'tsconfig.json']) copyFileSync(join(root, file), join(directory, file))
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'), 'junction')
    for (const [file, lines] of planted) {
      mkdirSync(dirname(join(directory, file)), { recursive: true })
      writeFileSync(join(directory, file), lines.join('\n'))
    }
    return judged(planted, reportOn(directory, planted.size))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

type Report = {
  number_of_files: number
  diagnostics: { code?: string; filename: string; labels: { span: { line: number } }[] }[]
}

function reportOn(directory: string, files: number) {
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, '--type-aware', '--format=json', 'src', 'test'], {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const report = JSON.parse(stdout) as Report
  if (report.number_of_files !== files) throw new Error(`${report.number_of_files} of ${files} files linted: ${stderr}`)
  return report
}

function judged(planted: Map<string, string[]>, { diagnostics }: Report) {
  const broken: Broken = new Map()
  for (const { code, filename, labels } of diagnostics) {
    const file = filename.replaceAll('\\', '/')
    const line = planted.get(file)?.[(labels[0]?.span.line ?? 0) - 1] ?? ''
    const rule = /\((.+)\)/.exec(code ?? '')?.[1] ?? 'a syntax error'
    const lines = broken.get(file) ?? new Map<string, string[]>()
    lines.set(line, [...(lines.get(line) ?? []), rule])
    broken.set(file, lines)
  }
  return broken
}
