/** Metrics in the Prometheus text format: the process's own, answers by route, and outcomes. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = {
  answered(answer: { route: string; status: number; seconds: number }): void
  /** A payment settled, or was left pending. */
  charged(state: string): void
  eventsPublished(topic: string, count: number): void
  publishingFailed(): void
  /** The age of the oldest event that waits to be published. */
  eventsWaiting(seconds: number): void
  text(): Promise<string>
  readonly contentType: string
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const answers = new Histogram({
    name: 'gerbang_http_answer_seconds',
    help: 'Time from the arrival of a request to its answer',
    labelNames: ['route', 'status'],
    // An approval takes milliseconds, a lost answer the ask deadline of 5 s.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const charges = new Counter({
    name: 'gerbang_charges_total',
    help: 'Charges by the state in which they were answered',
    labelNames: ['state'],
    registers: [registry],
  })
  const published = new Counter({
    name: 'gerbang_events_published_total',
    help: 'Events that Kafka has acknowledged, by topic',
    labelNames: ['topic'],
    registers: [registry],
  })
  const failures = new Counter({
    name: 'gerbang_event_publish_failures_total',
    help: 'Tries to publish events that failed',
    registers: [registry],
  })
  const waiting = new Gauge({
    name: 'gerbang_oldest_waiting_event_seconds',
    help: 'Age of the oldest event that this process has yet to publish to Kafka',
    registers: [registry],
  })
  return {
    answered: ({ route, status, seconds }) =>
      answers.labels(route, String(status)).observe(seconds),
    charged: (state) => charges.labels(state).inc(),
    eventsPublished: (topic, count) => published.labels(topic).inc(count),
    publishingFailed: () => failures.inc(),
    eventsWaiting: (seconds) => waiting.set(seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
