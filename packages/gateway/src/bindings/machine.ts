/**
 * Two machines, as with payments: a message carries the network's uncertainty, the binding moves only
 * when a message settles. `bound` is what SNAP calls SUCCESS; the token of an unbinding is PENDING.
 */
import { stateMachine } from '../primitives/state-machine.ts'

export const bindingMoves = stateMachine({
  pending: { bind: 'bound', fail: 'failed' },
  bound: { unbind: 'unbinding' },
  unbinding: { end: 'unbound' },
  failed: {},
  unbound: {},
})

export const bindingMessageMoves = stateMachine({
  asked: { approve: 'approved', refuse: 'refused', lose: 'unknown' },
  // An unbinding that the switch refuses is asked anew.
  unknown: { approve: 'approved', refuse: 'refused', renew: 'asked' },
  approved: {},
  refused: {},
})

export type BindingState = keyof typeof bindingMoves.table
export type BindingMessageState = keyof typeof bindingMessageMoves.table

/** `otp`: one try of a one-time password. */
export type BindingMessageKind = 'bind' | 'otp' | 'unbind'
