/** Randomness, as a value that the composition root hands down (design.md 3). */
import { randomBytes } from 'node:crypto'

export type Random = {
  bytes(length: number): Buffer
}

/** The operating system's generator. */
export const systemRandom: Random = { bytes: randomBytes }

/** `length` decimal digits, each equally likely. */
export function randomDigits(random: Random, length: number): string {
  let digits = ''
  while (digits.length < length) {
    // 250 is the largest multiple of ten below 256: a higher byte would favour 0 to 5.
    for (const byte of random.bytes(length)) if (byte < 250) digits += byte % 10
  }
  return digits.slice(0, length)
}
