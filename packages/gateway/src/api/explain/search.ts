/**
 * Finds by trying which mistake was made: the right text with each mistake in it, with two of the usual
 * ones, then signed by each wrong key with a usual one, until one gives the signature that was
 * received. The process that refuses does nothing else meanwhile: what is tried is bounded in number
 * and in bytes, which makes some 30 ms at most.
 */
import { type Draft, textOf } from './draft.ts'
import type { Cause } from './explanation.ts'

/** A mistake in the text. */
export type Mistake = Cause & {
  /** The text with the mistake made, in each way that is known, the likeliest first. */
  variants(draft: Draft): Iterable<Draft>
  /** How many of its first variants are so usual that they are tried beside other mistakes too. */
  readonly usual?: number
  /** Of a thousand variants: tried when all else was. */
  readonly isLast?: boolean
}

/** A way to sign a text: the right one, or one that is a mistake itself. */
export type Way = {
  /** Undefined for the right way. */
  readonly mistake?: Cause | undefined
  /** Tried with the right texts alone, because there are many of its kind. */
  readonly isOneOfMany?: boolean
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

/** HMACs at 5 microseconds, and characters that are signed by them. */
const mostTries = 5_000
const mostCharacters = 8_000_000

/**
 * @param right the texts that may be signed; all mistakes are made in the first
 * @param ways the first is tried with all mistakes in the text, the others with the usual ones
 */
export function search(
  right: readonly Draft[],
  mistakes: readonly Mistake[],
  ways: readonly Way[],
): Found | undefined {
  const tried = new Map<Way, Set<string>>(ways.map((way) => [way, new Set()]))
  let tries = mostTries
  let characters = mostCharacters
  for (const [way, found] of attempts(right, mistakes, ways)) {
    const text = textOf(found.draft)
    const texts = tried.get(way)
    if (texts?.has(text)) continue
    texts?.add(text)
    tries -= 1
    characters -= text.length
    if (tries < 0 || characters < 0) return undefined
    if (way.matches(text)) {
      return { ...found, causes: [...(way.mistake ? [way.mistake] : []), ...found.causes] }
    }
  }
  return undefined
}

type Attempt = readonly [Way, Found]

/** Every text with every way that is tried, the likeliest first. */
function* attempts(
  right: readonly Draft[],
  mistakes: readonly Mistake[],
  ways: readonly Way[],
): Generator<Attempt> {
  const [first, ...otherDrafts] = right.map(untouched)
  const [rightWay, ...wrongWays] = ways
  if (!first || !rightWay) return
  for (const found of [first, ...otherDrafts]) {
    for (const way of ways) yield [way, found]
  }
  const by = function* (way: Way, all: Iterable<Found>): Generator<Attempt> {
    for (const found of all) yield [way, found]
  }
  const usual = mistakes.filter((mistake) => mistake.usual !== undefined)
  for (const mistake of mistakes) if (!mistake.isLast) yield* by(rightWay, make(mistake, first))
  for (const other of otherDrafts) {
    for (const mistake of usual) yield* by(rightWay, makeUsual(mistake, other))
  }
  for (const [i, mistake] of usual.entries()) {
    for (const one of makeUsual(mistake, first)) {
      for (const another of usual.slice(i + 1)) yield* by(rightWay, makeUsual(another, one))
    }
  }
  for (const way of wrongWays) {
    if (way.isOneOfMany) continue
    for (const mistake of usual) yield* by(way, makeUsual(mistake, first))
  }
  for (const mistake of mistakes) if (mistake.isLast) yield* by(rightWay, make(mistake, first))
}

const untouched = (draft: Draft): Found => ({ causes: [], draft, expected: draft })

function* make({ cause, hint, variants }: Mistake, { causes, draft, expected }: Found) {
  for (const changed of variants(draft)) {
    yield { causes: [...causes, { cause, hint }], draft: changed, expected }
  }
}

function* makeUsual(mistake: Mistake, found: Found): Generator<Found> {
  let left = mistake.usual ?? 0
  if (left === 0) return
  for (const one of make(mistake, found)) {
    yield one
    if (--left === 0) return
  }
}
