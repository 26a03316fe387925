/**
 * A problem: the request cannot be served, and the caller can be told why (style.md). Each module
 * lists its problems once; a dialect maps their names to its own wire errors. What is neither an
 * outcome nor a problem is a bug, and crashes the request.
 */
export type ProblemCatalogue = Readonly<Record<string, { readonly says: string }>>

export class Problem extends Error {
  readonly problem: string
  readonly values: Readonly<Record<string, string | number>>

  constructor(problem: string, says: string, values: Readonly<Record<string, string | number>>) {
    super(says)
    this.name = 'Problem'
    this.problem = problem
    this.values = values
  }
}

/** Makes one constructor for each row of a catalogue. */
export function problems<const C extends ProblemCatalogue>(
  catalogue: C,
): { readonly [K in keyof C]: (values?: Readonly<Record<string, string | number>>) => Problem } {
  const entries = Object.entries(catalogue).map(([name, row]) => [
    name,
    (values: Readonly<Record<string, string | number>> = {}) => new Problem(name, row.says, values),
  ])
  return Object.fromEntries(entries)
}
