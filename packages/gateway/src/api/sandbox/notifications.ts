/** The notifications of a merchant on the control surface (sandbox.md, Looking inside). */
import { type JsonValue, parseJsonText } from '@gerbang/wire'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Merchants } from '../../merchants/index.ts'
import type { NewNotification, Notifications, NotificationView } from '../../notifications/index.ts'
import type { Jobs } from '../../platform/jobs/index.ts'
import { about, merchantOf, ofMerchant } from './call.ts'
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
    { schema: about('Send a notification again now', {}) },
    async ({ params }) => {
      if (!(await notifications.resend(params.id))) {
        throw new SandboxError(404, 'NOT_FOUND', 'No notification has this id')
      }
      jobs.wake()
      return { id: params.id, status: 'due' }
    },
  )
}

/** A number of one dialect says nothing in the other. */
function subjectOf({
  invoiceNumber,
  partnerReferenceNo,
}: Static<typeof ofNumber>): Pick<NewNotification, 'dialect' | 'subject'> {
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
