import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** Passes every line on and keeps the last twenty, for the message when the program fails. */
export function lastLines(output: Readable, log: (line: string) => void): () => Promise<string> {
  const kept: string[] = []
  const reader = createInterface({ input: output })
  reader.on('line', (line) => {
    kept.push(line)
    if (kept.length > 20) kept.shift()
    log(line)
  })
  const ended = new Promise<void>((resolve) => reader.once('close', resolve))
  return async () => {
    // The program is gone; what it wrote last may still be in the pipe, which its children may hold
    // open.
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, 500)
    })
    await Promise.race([ended, patience])
    clearTimeout(timer)
    return kept.join('\n')
  }
}
