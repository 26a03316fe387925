import type { ClientRequest } from 'node:http'
import { AnswerError } from './answer-error.ts'

/** 102 and 103 come once or twice. One costs microseconds, and a chunk holds thousands of them. */
const mostInformational = 16

/** Twice what Node.js takes of one head (16 kB): it begins anew with each informational answer. */
const mostHeadBytes = 32 * 1_024

/**
 * Bounds what comes before the status of an answer. Informational answers, and line ends, may come
 * without end, and as fast as the line is: reading those of one server would occupy the process.
 */
export function boundHead(outgoing: ClientRequest): void {
  let informational = 0
  let isBounded = true
  const release = () => {
    isBounded = false
  }
  outgoing.once('response', release)
  outgoing.on('information', () => {
    informational += 1
    if (informational <= mostInformational) return
    outgoing.destroy(new AnswerError(`no status after ${mostInformational} informational answers`))
  })
  outgoing.once('socket', (socket) => {
    let bytes = 0
    // Called after the parser, which releases where the same piece holds the status.
    const count = (piece: Buffer) => {
      if (!isBounded) return void socket.off('data', count)
      bytes += piece.byteLength
      if (bytes <= mostHeadBytes) return
      outgoing.destroy(new AnswerError(`no status within ${mostHeadBytes} bytes`))
    }
    socket.on('data', count)
    outgoing.once('response', () => socket.off('data', count))
  })
}
