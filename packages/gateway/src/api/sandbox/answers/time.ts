/** Answers about time, and about its end. */
import { Type } from 'typebox'
import { instant } from './members.ts'

export const clockReading = Type.Object(
  {
    now: instant('What the sandbox’s clock says.'),
    offsetMs: Type.Integer({ minimum: 0, description: 'How far it is ahead of real time.' }),
  },
  { description: 'The clock as it is now.' },
)

export const resetDone = Type.Object(
  { reset: Type.Literal(true) },
  { description: 'The business data are gone, and the clock is on real time.' },
)
