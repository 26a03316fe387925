/** The notifications of a merchant on the control surface (sandbox.md, Looking inside). */
import { type JsonValue, parseJsonText } from '@gerbang/wire'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Merchants } from '../../merchants/index.ts'
import {
  type NewNotification,
  type NotificationRange,
  type Notifications,
  type NotificationView,
  notificationStates,
} from '../../notifications/index.ts'
import type { Jobs } from '../../platform/jobs/index.ts'
import { about, merchantOf, noWishes, ofMerchant } from './call.ts'
import { SandboxError } from './sandbox-error.ts'

export type NotificationCallDeps = {
  readonly merchants: Merchants
  readonly notifications: Notifications
  readonly jobs: Pick<Jobs, 'wake'>
}

const number = Type.Optional(Type.String({ minLength: 1 }))
const ofNumber = Type.Object(
  { ...ofMerchant.properties, invoiceNumber: number, partnerReferenceNo: number },
  { additionalProperties: false },
)

const instant = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?(Z|[+-]\\d\\d:\\d\\d)$',
  description: 'When it first fell due, in UTC or with an offset.',
  examples: ['2026-01-31T09:00:00Z'],
})
const resendRequest = Type.Object(
  {
    from: instant,
    to: instant,
    status: Type.Optional(Type.Enum(notificationStates)),
    invoiceNumber: number,
    partnerReferenceNo: number,
  },
  { additionalProperties: false },
)

/** As many as a delivery worker sends in some seconds. */
const mostResent = 1_000

export function registerNotificationCalls(
  scope: FastifyInstance,
  deps: NotificationCallDeps,
): void {
  const { notifications, jobs } = deps
  scope.get<{ Querystring: Static<typeof ofNumber> }>(
    '/notifications',
    { schema: about('Notifications of a number and their attempts', { querystring: ofNumber }) },
    async ({ query }) => {
      const { merchantId } = await merchantOf(deps, query.clientId)
      const found = await notifications.find(merchantId, subjectOf(query))
      return { notifications: found.map((n) => ({ ...n, body: bodyOf(n) })) }
    },
  )
  scope.post<{ Params: { id: string } }>(
    '/notifications/:id/resend',
    { schema: about('Send a notification again now', { body: noWishes }) },
    async ({ params }) => {
      if (!(await notifications.resend(params.id))) {
        throw new SandboxError(404, 'NOT_FOUND', 'No notification has this id')
      }
      jobs.wake()
      return { id: params.id, status: 'due' }
    },
  )
  scope.post<{ Querystring: Static<typeof ofMerchant>; Body: Static<typeof resendRequest> }>(
    '/notifications/resend',
    {
      schema: about(`Send a range of notifications again now, ${mostResent} at most`, {
        querystring: ofMerchant,
        body: resendRequest,
      }),
    },
    async ({ query, body }) => {
      const { merchantId } = await merchantOf(deps, query.clientId)
      const { resent, next } = await notifications.resendRange(
        merchantId,
        rangeOf(body),
        mostResent,
      )
      jobs.wake()
      // Where there are more: the next call's `from`.
      return next ? { resent, next: next.toISOString() } : { resent }
    },
  )
}

function rangeOf(request: Static<typeof resendRequest>): NotificationRange {
  const { status, invoiceNumber, partnerReferenceNo } = request
  const isOfNumber = invoiceNumber !== undefined || partnerReferenceNo !== undefined
  const [from, to] = [instantOf('from', request.from), instantOf('to', request.to)]
  if (from > to) throw new SandboxError(400, 'INVALID_PARAMETER', 'from is later than to')
  return { from, to, state: status, of: isOfNumber ? subjectOf(request) : undefined }
}

/** A day that the calendar has, in the years that have four digits everywhere. */
function instantOf(name: string, text: string): Date {
  const instant = new Date(text)
  // JavaScript takes 30 February for 2 March.
  const local = new Date(`${text.slice(0, 19)}Z`)
  const isDay = !Number.isNaN(local.getTime()) && local.toISOString().startsWith(text.slice(0, 19))
  if (isDay && !Number.isNaN(instant.getTime())) {
    const year = instant.getUTCFullYear()
    if (year >= 1 && year <= 9_999) return instant
  }
  throw new SandboxError(400, 'INVALID_PARAMETER', `${name} is no date`)
}

/** A number of one dialect says nothing in the other. */
function subjectOf({
  invoiceNumber,
  partnerReferenceNo,
}: Pick<Static<typeof ofNumber>, 'invoiceNumber' | 'partnerReferenceNo'>): Pick<
  NewNotification,
  'dialect' | 'subject'
> {
  if (invoiceNumber !== undefined && partnerReferenceNo === undefined) {
    return { dialect: 'cards', subject: invoiceNumber }
  }
  if (partnerReferenceNo !== undefined && invoiceNumber === undefined) {
    return { dialect: 'snap', subject: partnerReferenceNo }
  }
  throw new SandboxError(
    400,
    'INVALID_PARAMETER',
    'Name either invoiceNumber or partnerReferenceNo, and not both',
  )
}

/** The body as it is sent, with its numbers to the digit. */
function bodyOf(notification: NotificationView): JsonValue {
  const json = parseJsonText(Buffer.from(notification.body))
  if (!json.ok) throw new Error(`notification ${notification.id}: ${json.reason}`)
  return json.value
}
