/**
 * Finds by trying which mistake was made: the right text with each mistake in it, then with two of
 * the common ones, until one gives the signature that was received. Some hundred texts are tried at
 * most, at some microseconds each: the process that refuses does nothing else meanwhile.
 */
import { type Draft, textOf } from './draft.ts'
import type { Cause } from './explanation.ts'

/** A mistake in the text. */
export type Mistake = Cause & {
  /** The text with the mistake made, in each way that is known; none where it cannot be made. */
  variants(draft: Draft): readonly Draft[]
  /** Made so often that it is tried beside others too. It must have few variants. */
  readonly isCommon?: boolean
}

/** A way to sign a text: the right one, or one that is a mistake itself. */
export type Way = {
  /** Undefined for the right way. */
  readonly mistake?: Cause | undefined
  /** Whether the text, signed in this way, gives the signature that was received. */
  matches(text: string): boolean
}

export type Found = {
  readonly causes: readonly Cause[]
  /** What was signed. */
  readonly draft: Draft
  /** The right text in which the mistakes were made. */
  readonly expected: Draft
}

/**
 * @param right the texts that may be signed; all mistakes are made in the first
 * @param ways the first is tried with mistakes in the text, the others with the right texts alone
 */
export function search(
  right: readonly Draft[],
  mistakes: readonly Mistake[],
  ways: readonly Way[],
): Found | undefined {
  for (const draft of right) {
    const text = textOf(draft)
    const way = ways.find((one) => one.matches(text))
    if (way) return { ...untouched(draft), causes: way.mistake ? [way.mistake] : [] }
  }
  const [way] = ways
  if (!way) return undefined
  const tried = new Set(right.map((draft) => textOf(draft)))
  for (const found of mistaken(right, mistakes)) {
    const text = textOf(found.draft)
    if (tried.has(text)) continue
    tried.add(text)
    if (way.matches(text)) {
      return { ...found, causes: [...(way.mistake ? [way.mistake] : []), ...found.causes] }
    }
  }
  return undefined
}

/** The texts with their mistakes, the likeliest first. */
function* mistaken(right: readonly Draft[], mistakes: readonly Mistake[]): Generator<Found> {
  const common = mistakes.filter(({ isCommon }) => isCommon)
  const [first, ...others] = right
  if (!first) return
  for (const mistake of mistakes) yield* make(mistake, untouched(first))
  for (const draft of others) {
    for (const mistake of common) yield* make(mistake, untouched(draft))
  }
  for (const [i, mistake] of common.entries()) {
    for (const one of make(mistake, untouched(first))) {
      for (const another of common.slice(i + 1)) yield* make(another, one)
    }
  }
}

const untouched = (draft: Draft): Found => ({ causes: [], draft, expected: draft })

function make({ cause, hint, variants }: Mistake, { causes, draft, expected }: Found): Found[] {
  return variants(draft).map((changed) => ({
    causes: [...causes, { cause, hint }],
    draft: changed,
    expected,
  }))
}
