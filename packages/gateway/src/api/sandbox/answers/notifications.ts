/** Answers about what a merchant and other systems are told: notifications and events. */
import { Type } from 'typebox'
import { eventCatalogue } from '../../../events/index.ts'
import { notificationStates } from '../../../notifications/index.ts'
import { instant, orNull } from './members.ts'

const id = Type.String({ examples: ['ntf_01a1fdeeabe5c2f0a4d8e1b7c6935f20'] })

const attempt = Type.Object({
  at: instant('By the sandbox’s clock.'),
  responseStatus: orNull(
    Type.Integer({ description: 'HTTP status of the merchant. Null where no answer came.' }),
  ),
  error: orNull(Type.String({ description: 'Why no answer came. Null where one came.' })),
  latencyMs: Type.Integer({ minimum: 0 }),
  answer: orNull(
    Type.String({
      maxLength: 512,
      description: 'The beginning of what the merchant answered, where that was text.',
    }),
  ),
})

const notification = Type.Object({
  id,
  url: Type.String({ description: 'Where it goes.' }),
  body: Type.Object({}, { additionalProperties: true, description: 'As it is sent.' }),
  status: Type.Enum(notificationStates),
  nextAttemptAt: orNull(instant('By the sandbox’s clock. Null where none is left.')),
  attempts: Type.Array(attempt, { description: 'Oldest first.' }),
})

export const notifications = Type.Object(
  { notifications: Type.Array(notification) },
  { description: 'The notifications of the number, oldest first.' },
)

export const resentNotification = Type.Object(
  { id, status: Type.Literal('due') },
  { description: 'The notification, which is sent now.' },
)

export const resentRange = Type.Object(
  {
    resent: Type.Integer({ minimum: 0, description: 'How many are sent now.' }),
    next: Type.Optional(instant('Where there are more: `from` of the next call.')),
  },
  { description: 'How many notifications of the range are sent now.' },
)

/** cloud-event.ts as a schema, for all types at once. */
const event = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String({ description: 'The same at every delivery.' }),
  source: Type.Literal('/gerbang'),
  type: Type.Enum(Object.keys(eventCatalogue)),
  subject: Type.String({ description: 'What it is about: a payment, a batch, a card.' }),
  time: instant('When it happened, by the sandbox’s clock.'),
  datacontenttype: Type.Literal('application/json'),
  sequence: Type.String({
    pattern: '^[0-9]{10}$',
    description: 'Orders the events of a subject.',
  }),
  merchantid: Type.Optional(Type.String({ description: 'Absent of a batch.' })),
  data: Type.Object(
    {},
    {
      additionalProperties: true,
      description: 'By the type: the [AsyncAPI document](/docs/asyncapi.json) has the members.',
    },
  ),
})

export const eventPage = Type.Object(
  {
    events: Type.Array(event),
    cursor: Type.String({ description: '`after` of the next call.', examples: ['2'] }),
  },
  { description: 'CloudEvents in publishing order, none skipped.' },
)
