// Lines of text as a PDF, page after page: the table of offsets comes last, so it can be counted while the rest is sent.

const [width, height, margin] = [842, 595, 36]
const fontSize = 7
const leading = 9
const linesPerPage = Math.floor((height - 2 * margin) / leading)
/** As wide as a landscape page is, at about half the size of the font for each letter. */
const longestLine = 200

/** In Latin-1, one byte a character. */
export function* pdfPieces(title: string, lines: Iterable<string>): Iterable<string> {
  const offsets: number[] = []
  let length = 0

  function count(piece: string): string {
    length += piece.length
    return piece
  }

  function object(number: number, body: string): string {
    offsets[number] = length
    return count(`${number} 0 obj\n${body}\nendobj\n`)
  }

  yield count('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n')
  yield object(1, '<< /Type /Catalog /Pages 2 0 R >>')
  yield object(3, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>')
  let next = 4
  const kids: string[] = []
  for (const page of pagesOf(title, lines)) {
    const text = page.map((line) => `(${escaped(line)}) Tj T*\n`).join('')
    const content = `BT\n/F1 ${fontSize} Tf\n${leading} TL\n${margin} ${height - margin} Td\n${text}ET\n`
    const resources = '/Resources << /Font << /F1 3 0 R >> >>'
    const box = `/MediaBox [0 0 ${width} ${height}]`
    yield object(next, `<< /Type /Page /Parent 2 0 R ${box} ${resources} /Contents ${next + 1} 0 R >>`)
    yield object(next + 1, `<< /Length ${content.length} >>\nstream\n${content}endstream`)
    kids.push(`${next} 0 R`)
    next += 2
  }
  yield object(2, `<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${kids.length} >>`)
  const start = length
  yield `xref\n0 ${next}\n0000000000 65535 f \n`
  for (let number = 1; number < next; number += 1) yield `${String(offsets[number]).padStart(10, '0')} 00000 n \n`
  yield `trailer\n<< /Size ${next} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
}

function* pagesOf(title: string, lines: Iterable<string>): Iterable<readonly string[]> {
  let page = [title, '']
  for (const line of wrapped(lines)) {
    if (page.length === linesPerPage) {
      yield page
      page = []
    }
    page.push(line)
  }
  yield page
}

function* wrapped(lines: Iterable<string>): Iterable<string> {
  for (const line of lines) {
    for (let start = 0; start === 0 || start < line.length; start += longestLine) {
      yield (start === 0 ? '' : '    ') + line.slice(start, start + longestLine)
    }
  }
}

// The font has the letters of Western Europe; the others' accents are taken off where that helps.
function escaped(line: string): string {
  const plain = line.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, (sign) => {
    const base = sign.normalize('NFD').charAt(0)
    return /[\x20-\x7e]/.test(base) ? base : '?'
  })
  return plain.replaceAll(/[\\()]/g, (sign) => `\\${sign}`)
}
