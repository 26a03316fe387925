/** Metrics in the Prometheus text format: the process's own, answers by route, and outcomes. */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

export type Metrics = {
  answered(answer: { route: string; status: number; seconds: number }): void
  /** A payment settled, or was left pending. */
  charged(state: string): void
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
  return {
    answered: ({ route, status, seconds }) =>
      answers.labels(route, String(status)).observe(seconds),
    charged: (state) => charges.labels(state).inc(),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
