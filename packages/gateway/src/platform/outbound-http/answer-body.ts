/** Bounded readings of an answer's body. */
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../primitives/clock.ts'
import { AnswerError } from './answer-error.ts'

/** An answer whose status came has its body right behind it, or is not waited for. */
const headWaitMs = 500

/** The whole body. */
export async function readAtMost(answer: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop destroys the rest.
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > most) throw new AnswerError(`the answer is larger than ${most} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The beginning of the body: what came of it before it was enough, too late, or cut. */
export function readHead(clock: Clock, answer: IncomingMessage, most: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = () => {
      cancel()
      // A body that was read whole leaves its connection to the next request.
      if (!answer.complete) answer.destroy()
      resolve(Buffer.concat(chunks).subarray(0, most))
    }
    const cancel = clock.startTimer(headWaitMs, finish)
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.byteLength
      if (size >= most) finish()
    })
    answer.once('end', finish)
    answer.once('error', finish)
    answer.once('close', finish)
  })
}
