/**
 * A state machine as data: state × move → state. Whether a state is final is read from the table
 * (no way out), never kept in a second list. Effects belong to the use cases (style.md).
 */
export type MoveTable = Readonly<Record<string, Readonly<Record<string, string>>>>

export type StateMachine<T extends MoveTable> = {
  readonly table: T
  readonly states: readonly (keyof T & string)[]
  /** The state after a move; undefined where the move is not legal. */
  next(state: keyof T & string, move: string): (keyof T & string) | undefined
  /** Every state from which a move is legal, for the WHERE of a compare-and-set. */
  statesThatAllow(move: string): (keyof T & string)[]
  isFinal(state: keyof T & string): boolean
}

export function stateMachine<const T extends MoveTable>(table: T): StateMachine<T> {
  const states = Object.keys(table) as (keyof T & string)[]
  for (const [state, moves] of Object.entries(table)) {
    for (const target of Object.values(moves)) {
      if (!Object.hasOwn(table, target)) throw new Error(`${state} leads to unknown ${target}`)
    }
  }
  const next = (state: keyof T & string, move: string) => {
    const moves = table[state]
    return moves && Object.hasOwn(moves, move) ? moves[move] : undefined
  }
  return {
    table,
    states,
    next,
    statesThatAllow: (move) => states.filter((state) => next(state, move) !== undefined),
    isFinal: (state) => Object.keys(table[state] ?? {}).length === 0,
  }
}
