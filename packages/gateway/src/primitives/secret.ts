/**
 * A value that must not be seen: a card number, a CVV, a one-time password, a key. It prints as
 * `[secret]` wherever it lands (logs, errors, JSON, templates) and gives its value only to a
 * function that is passed in.
 */
import { inspect } from 'node:util'

const hidden = '[secret]'

export class Secret<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  reveal<R>(use: (value: T) => R): R {
    return use(this.#value)
  }

  toString(): string {
    return hidden
  }

  toJSON(): string {
    return hidden
  }

  [inspect.custom](): string {
    return hidden
  }
}
