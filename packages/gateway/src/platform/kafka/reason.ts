/** Why something failed, in one line that may be logged; the library's errors carry more than may be. */

/** The messages of an error and its causes; of several errors the last. */
export function reasonOf(error: unknown): string {
  return messageOf(error).replace(/\s+/g, ' ').trim()
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return messageOf(error.errors.at(-1))
  if (!(error instanceof Error)) return 'unknown'
  // OpenSSL begins with the number of its thread.
  const message = error.message.replace(/^[0-9A-F]{8,16}:(?=error:)/, '')
  return error.cause instanceof Error ? `${message} ${messageOf(error.cause)}` : message
}
