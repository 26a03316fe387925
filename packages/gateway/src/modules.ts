/**
 * The modules of the domain, made and bound to each other; app.ts opens the doors to them. They need
 * no HTTP server, so that who only works in the background needs none either.
 */
import { createAccessTokens, createMerchantTokens } from './access-tokens/index.ts'
import { agreementTables } from './agreements/index.ts'
import {
  batchAnnouncement,
  bindingAnnouncement,
  paymentAnnouncement,
  unbindingAnnouncement,
} from './announcements.ts'
import { bindingTables, createBindings } from './bindings/index.ts'
import type { Config } from './config.ts'
import { createEvents, createPublisher, eventPurgeWork, eventTables } from './events/index.ts'
import { createMerchants } from './merchants/index.ts'
import type { CardAcquirer } from './networks/card-acquirer/contract.ts'
import type { KkiSwitch } from './networks/kki-switch/contract.ts'
import type { ThreeDSecureServer } from './networks/three-d-secure-server/contract.ts'
import { createNotifications, notificationTables } from './notifications/index.ts'
import {
  createPayments,
  createTraceNumbers,
  needsCard,
  type Payment,
  paymentTables,
} from './payments/index.ts'
import { type Database, retrying } from './platform/database/index.ts'
import type { RsaKeyPair } from './platform/generated-keys/index.ts'
import { createJobs, type Jobs } from './platform/jobs/index.ts'
import { createKafkaSender } from './platform/kafka/index.ts'
import type { KeyRing } from './platform/key-ring/index.ts'
import type { Log } from './platform/log/index.ts'
import { createMetrics, type Metrics } from './platform/metrics/index.ts'
import { createOutboundHttp } from './platform/outbound-http/index.ts'
import { type Clock, later, sleep } from './primitives/clock.ts'
import { createIds } from './primitives/id.ts'
import type { Random } from './primitives/random.ts'
import { createRequests, requestTables } from './requests/index.ts'
import { createScreening, sandboxEmailRules, screeningTables } from './screening/index.ts'
import { createSettlements, settlementTables } from './settlement/index.ts'
import { createThreeDSecure, threeDSecureTables } from './three-d-secure/index.ts'
import { createVault, purgeWork, vaultTables } from './vault/index.ts'

export type ModuleDeps = {
  readonly config: Config
  readonly database: Database
  readonly keyRing: KeyRing
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Signs access tokens; merchants check the gateway's own calls with its public key. */
  readonly gatewayKeys: RsaKeyPair
  readonly acquirers: (acquirerId: string) => CardAcquirer
  readonly kkiSwitch: KkiSwitch
  readonly threeDSecureServer: ThreeDSecureServer
  readonly isSandbox: boolean
}

export type Modules = ReturnType<typeof createModules>

/** Tables emptied by a sandbox reset, in the order in which every statement locks them. */
export const businessTables = [
  ...requestTables,
  ...vaultTables,
  ...threeDSecureTables,
  ...settlementTables,
  ...bindingTables,
  ...paymentTables,
  ...agreementTables,
  ...screeningTables,
  ...notificationTables,
  ...eventTables,
] as const

const hourMs = 3_600_000
const dayMs = 24 * hourMs

export function createModules(deps: ModuleDeps) {
  const { config, database, keyRing, clock, random, log } = deps
  const ids = createIds(clock, random)
  const metrics = createMetrics()
  const repeat = <T>(work: () => Promise<T>) =>
    retrying(work, { sleep: (milliseconds) => sleep(clock, milliseconds), random })
  const requestLifetimeMs = config.requestIdHours * hourMs

  const merchants = createMerchants({ database, keyRing, clock })
  const requests = createRequests({ database })
  const vault = createVault({ database, keyRing, ids, clock, random })
  const screening = createScreening({
    database,
    emailRules: deps.isSandbox ? sandboxEmailRules : [],
    repeat,
  })
  const outboundHttp = createOutboundHttp({ clock, targets: deps.isSandbox ? 'any' : 'public' })
  const notifications = createNotifications({
    database,
    merchants,
    outboundHttp,
    merchantTokens: createMerchantTokens({ keys: deps.gatewayKeys, outboundHttp, clock }),
    tokenOf: (merchantId, bindingId) => bindings.tokenOf(merchantId, bindingId),
    clock,
    log,
    ids,
    random,
  })
  const threeDSecure = createThreeDSecure({
    database,
    server: deps.threeDSecureServer,
    vault,
    clock,
    random,
    repeat,
    deadlineMs: config.threeDSecureDeadlineMs,
    requestLifetimeMs,
  })
  const onSettled = (payment: Payment) => {
    metrics.charged(payment.state)
    if (payment.notificationUrl !== undefined) jobs.wake(notifications.delivery)
  }
  const bindings = createBindings({
    database,
    kkiSwitch: deps.kkiSwitch,
    keyRing,
    traceNumbers: createTraceNumbers(database),
    merchants,
    announce: bindingAnnouncement({ ids, notifications }),
    announceUnbound: unbindingAnnouncement({ ids }),
    onChanged: () => jobs.wake(),
    clock,
    log,
    ids,
    random,
    repeat,
    askDeadlineMs: config.askDeadlineMs,
    requestLifetimeMs,
  })
  const payments = createPayments({
    database,
    acquirers: deps.acquirers,
    kkiSwitch: deps.kkiSwitch,
    bindings,
    threeDSecure,
    vault,
    screening,
    merchants,
    announce: paymentAnnouncement({ ids, notifications }),
    onSettled,
    clock,
    log,
    ids,
    random,
    repeat,
    askDeadlineMs: config.askDeadlineMs,
    requestLifetimeMs,
  })
  const settlements = createSettlements({
    database,
    networks: payments.networks,
    announce: batchAnnouncement({ ids }),
    clock,
    log,
    ids,
    repeat,
    cutOffTime: config.settlementCutOff,
  })
  const purge = purgeWork({
    database,
    isNeeded: (now) => needsCard(database, later(now, -config.refundableDays * dayMs)),
  })
  const works = [
    ...payments.works,
    ...bindings.works,
    ...settlements.works,
    notifications.delivery,
    purge,
    eventPurgeWork({
      database,
      clock,
      keptMs: config.eventDays * dayMs,
      isPublished: config.kafka !== undefined,
    }),
  ]
  const jobs = withPublisher(createJobs({ works, clock, log }), { ...deps, metrics })
  return {
    ids,
    metrics,
    merchants,
    requests,
    vault,
    threeDSecure,
    bindings,
    payments,
    settlements,
    notifications,
    events: createEvents({ database }),
    accessTokens: createAccessTokens({ keys: deps.gatewayKeys, clock }),
    /** What a payment's change makes of the figures and the background work. */
    onSettled,
    jobs,
  }
}

/** Jobs, and the publishing of events beside them: it waits for Kafka, and nobody waits for it. */
function withPublisher(jobs: Jobs, deps: ModuleDeps & { readonly metrics: Metrics }): Jobs {
  const { kafka } = deps.config
  if (!kafka) return jobs
  const sender = createKafkaSender(kafka, deps.clock)
  const publisher = createPublisher({ ...deps, sender, topicPrefix: kafka.topicPrefix })
  return {
    ...jobs,
    start: () => {
      jobs.start()
      publisher.start()
    },
    stop: async () => {
      await Promise.all([jobs.stop(), publisher.stop()])
    },
  }
}
