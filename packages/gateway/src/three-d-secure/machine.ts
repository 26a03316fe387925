/**
 * The life of an authentication. That it has expired is told by its time, not by a state; only an
 * authentication that nobody charged may expire, and nobody needs to write it down.
 */
import { stateMachine } from '../primitives/state-machine.ts'

export const authenticationMoves = stateMachine({
  asked: {
    challenge: 'challenging',
    authenticate: 'authenticated',
    attempt: 'attempted',
    skip: 'not_enrolled',
    fail: 'failed',
  },
  challenging: { authenticate: 'authenticated', fail: 'failed' },
  authenticated: { use: 'used' },
  attempted: { use: 'used' },
  not_enrolled: { use: 'used' },
  failed: {},
  used: {},
})

export type AuthenticationState = keyof typeof authenticationMoves.table
