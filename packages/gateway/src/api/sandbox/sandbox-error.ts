/** A refusal of the control surface, in the same envelope as the cards dialect's. */
export class SandboxError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}
