/** A step of the story that did not go as the contract says. */
export class WrongStep extends Error {
  override readonly name = 'WrongStep'
  constructor(what: string, expected: unknown, received: unknown) {
    super(`Wrong: ${what}\n  expected: ${inWords(expected)}\n  received: ${inWords(received)}`)
  }
}

/** Nothing listens where the gateway should be. */
export class NoGateway extends Error {
  override readonly name = 'NoGateway'
  constructor(gatewayUrl: string, cause: unknown) {
    const mend = 'start it with npm start, or say in GERBANG_URL where it is'
    super(`No gateway answers at ${gatewayUrl}: ${mend}`, { cause })
  }
}

/** The sandbox does not know who calls. */
export class TokenWanted extends Error {
  override readonly name = 'TokenWanted'
  constructor(gatewayUrl: string) {
    super(
      `The sandbox at ${gatewayUrl} wants its token: set GERBANG_SANDBOX_TOKEN to the token that ` +
        'the gateway was given, or printed at start',
    )
  }
}

export function expectEqual(what: string, expected: unknown, received: unknown): void {
  if (received !== expected) throw new WrongStep(what, expected, received)
}

export function expectPresent<Value>(what: string, value: Value | undefined): Value {
  if (value === undefined) throw new WrongStep(what, 'to be there', 'nothing')
  return value
}

function inWords(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
}
