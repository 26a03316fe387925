import { createHash } from 'node:crypto'

export function hashOf(body: Buffer | string, algorithm = 'sha256'): Buffer {
  return createHash(algorithm).update(body).digest()
}
