// Rows as CSV (RFC 4180), safe to be opened by a spreadsheet.

export type Cell = { readonly text: string; readonly isNumber: boolean }

export function* csvLines(columns: readonly string[], rows: Iterable<readonly Cell[]>): Iterable<string> {
  yield `${columns.join(',')}\r\n`
  for (const cells of rows) yield `${cells.map(written).join(',')}\r\n`
}

function written({ text, isNumber }: Cell): string {
  // A spreadsheet would take such a text for a formula; numbers, negative ones too, stay what they are.
  const safe = !isNumber && /^[=+@\t\r-]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
