import type { Fragment } from 'postgres'
import type { Database } from '../../platform/database/index.ts'
import type { BindingId, BindingMessageId } from '../../primitives/id.ts'
import type { Binding } from '../binding.ts'

/**
 * What merchants and downstream systems hear, as inserts that a settle statement takes in; each where `settled` has its `operation_id` (with `proposed` and `token`, both null, for a
 * notification; with `subject`, `sequence` and `event_data` where the binding is bound or unbound).
 */
export type BindingAnnouncement = (
  database: Database,
  told: { readonly binding: Binding; readonly operationId: BindingMessageId | BindingId },
  settled: Fragment,
) => readonly Fragment[]
