/** Bytes as PostgreSQL reads them from text, for rows that travel as one JSON parameter. */
export function bytea(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
}
