/** The AsyncAPI document of what is published to Kafka, made from the catalogue. */
import { type EventFamily, type EventType, eventCatalogue, eventFamilies } from './catalogue.ts'

const kafkaVersion = '0.5.0'
const types = Object.keys(eventCatalogue) as EventType[]

/** @param topicPrefix as KAFKA_TOPIC_PREFIX says */
export function asyncApi(version: string, topicPrefix: string) {
  const families = Object.keys(eventFamilies) as EventFamily[]
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Gerbang events',
      version,
      description:
        'What a Gerbang gateway publishes to Kafka: CloudEvents 1.0 in the structured content mode. At least once: dedupe by id. The first delivery of each event of a subject is in order, within a topic; sequence orders the events of a subject over topics.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    channels: byName(families, (family) => channelOf(family, topicPrefix)),
    operations: byName(families, (family) => ({
      action: 'send',
      channel: { $ref: `#/channels/${family}` },
      summary: `The gateway publishes events of ${family}.`,
    })),
    components: { messages: byName(types, messageOf) },
  }
}

function channelOf(family: EventFamily, topicPrefix: string) {
  const own = types.filter((type) => eventCatalogue[type].family === family)
  return {
    address: topicPrefix + family,
    description: `Subject, and key of the messages: ${eventFamilies[family]}`,
    messages: byName(own, (type) => ({ $ref: `#/components/messages/${type}` })),
    bindings: { kafka: { topic: topicPrefix + family, bindingVersion: kafkaVersion } },
  }
}

function messageOf(type: EventType) {
  return {
    name: type,
    summary: eventCatalogue[type].when,
    contentType: 'application/cloudevents+json',
    headers: {
      type: 'object',
      properties: { 'content-type': { const: 'application/cloudevents+json; charset=UTF-8' } },
    },
    payload: envelopeOf(type),
    bindings: {
      kafka: {
        key: { type: 'string', description: 'The subject.' },
        bindingVersion: kafkaVersion,
      },
    },
  }
}

/** cloud-event.ts as a schema. */
function envelopeOf(type: EventType) {
  const isOfMerchant = eventCatalogue[type].family !== 'settlements'
  const required = ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype']
  return {
    type: 'object',
    required: [...required, 'sequence', ...(isOfMerchant ? ['merchantid'] : []), 'data'],
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', description: 'The same at every delivery.' },
      source: { const: '/gerbang' },
      type: { const: type },
      subject: { type: 'string', description: eventFamilies[eventCatalogue[type].family] },
      time: { type: 'string', format: 'date-time' },
      datacontenttype: { const: 'application/json' },
      sequence: {
        type: 'string',
        pattern: '^[0-9]{10}$',
        description: 'Orders the events of a subject; some numbers are left out.',
      },
      ...(isOfMerchant ? { merchantid: { type: 'string' } } : {}),
      data: opened(eventCatalogue[type].data),
    },
  }
}

/**
 * A schema that forbids no members: new ones may come, and whoever validates by the document must not
 * break then. The gateway's own tests hold its events to the catalogue as it is.
 */
function opened(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(opened)
  if (typeof schema !== 'object' || schema === null) return schema
  const kept = Object.entries(schema).filter(
    ([keyword, value]) => keyword !== 'additionalProperties' || value !== false,
  )
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, opened(value)]))
}

function byName<Name extends string, Value>(
  names: readonly Name[],
  make: (name: Name) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(names.map((name) => [name, make(name)]))
}
