/**
 * A text to sign as its parts, so that a mistake can be made in one of them: the lines of the cards
 * dialect, or what SNAP joins by colons. Some parts are not for every eye.
 */

export type Part = {
  /** As the dialect calls it: `Request-Target`. */
  readonly name: string
  /** What stands before the value: `Request-Target:`. */
  readonly label: string
  readonly value: string
}

export type Draft = {
  readonly parts: readonly Part[]
  readonly separator: string
  readonly ending: string
}

/** A part without anything before its value. */
export const bare = (name: string, value: string): Part => ({ name, label: '', value })

/** @param show what is shown of a part's value; all of it where it is absent */
export function textOf(draft: Draft, show: (part: Part) => string = ({ value }) => value): string {
  const parts = draft.parts.map((part) => part.label + show(part))
  return parts.join(draft.separator) + draft.ending
}

export function valueIn(draft: Draft, name: string): string | undefined {
  return draft.parts.find((part) => part.name === name)?.value
}

/** The draft with another value of a part; as it is where it has no such part. */
export function withValue(draft: Draft, name: string, value: string): Draft {
  const parts = draft.parts.map((part) => (part.name === name ? { ...part, value } : part))
  return { ...draft, parts }
}

/** The draft with something in front of its first part. */
export function withBeginning(draft: Draft, before: string): Draft {
  const [first, ...rest] = draft.parts
  return first ? { ...draft, parts: [{ ...first, label: before + first.label }, ...rest] } : draft
}

export function withoutPart(draft: Draft, name: string): Draft {
  return { ...draft, parts: draft.parts.filter((part) => part.name !== name) }
}

/** The parts in every order; five have 120. */
export function reordered(draft: Draft): Draft[] {
  return ordersOf(draft.parts).map((parts) => ({ ...draft, parts }))
}

/** Every order of some things; meant for a handful. */
export function ordersOf<T>(things: readonly T[]): T[][] {
  if (things.length < 2) return [[...things]]
  return things.flatMap((first, i) =>
    ordersOf(things.filter((_, other) => other !== i)).map((rest) => [first, ...rest]),
  )
}
