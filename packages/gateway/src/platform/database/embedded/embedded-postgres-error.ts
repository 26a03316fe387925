export type EmbeddedPostgresReason =
  | 'unsupported_platform'
  | 'data_folder_in_use'
  | 'data_folder_not_usable'
  | 'other_major_version'
  | 'failed_to_start'

/**
 * Every expected way in which the embedded database cannot start; the message is for the operator.
 */
export class EmbeddedPostgresError extends Error {
  readonly reason: EmbeddedPostgresReason

  constructor(reason: EmbeddedPostgresReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EmbeddedPostgresError'
    this.reason = reason
  }
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && codes.includes(String(Reflect.get(error, 'code')))
}
