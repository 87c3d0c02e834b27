// A file as an answer: made while it is sent, never whole in memory.

export class Download {
  readonly contentType: string
  readonly fileName: string
  readonly chunks: Iterable<Buffer>

  constructor(contentType: string, fileName: string, chunks: Iterable<Buffer>) {
    this.contentType = contentType
    this.fileName = fileName
    this.chunks = chunks
  }
}

const chunkSize = 16_384

/** Pieces of text as chunks that are worth a write. */
export function* chunksOf(pieces: Iterable<string>, encoding: BufferEncoding): Iterable<Buffer> {
  let waiting = ''
  for (const piece of pieces) {
    waiting += piece
    if (waiting.length < chunkSize) continue
    yield Buffer.from(waiting, encoding)
    waiting = ''
  }
  if (waiting !== '') yield Buffer.from(waiting, encoding)
}
