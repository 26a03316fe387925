/**
 * The composition root: the modules of the domain (modules.ts) behind their doors, every dependency
 * handed over by name. main.ts gives it a database, a clock and keys; tests give it their own.
 */
import type { FastifyInstance } from 'fastify'
import { captureRoute } from './api/cards/capture.ts'
import { chargeRoute } from './api/cards/charge/charge.ts'
import { type CheckRouteDeps, checkThreeDSecureRoute } from './api/cards/check-three-d-secure.ts'
import { type DoorDeps, openCardDoor } from './api/cards/door/door.ts'
import {
  refuseUnknownPath,
  refuseUnservable,
  unreadableRequest,
} from './api/cards/door/unknown-path.ts'
import { orderStatusRoute } from './api/cards/order-status.ts'
import { refundRoute } from './api/cards/refund.ts'
import { deleteTokenRoute } from './api/cards/tokens/delete-token.ts'
import { getTokensRoute } from './api/cards/tokens/get-tokens.ts'
import { legacyTokensRoute } from './api/cards/tokens/legacy-tokens.ts'
import { registerDocuments } from './api/documents/index.ts'
import { registerHome } from './api/home.ts'
import { registerOperation } from './api/operation.ts'
import { challengePath, registerChallenge } from './api/pages/challenge.ts'
import { issuerAppPath, registerIssuerApp } from './api/pages/issuer-app.ts'
import { otpPath, registerOtpPage } from './api/pages/otp.ts'
import { isForPage, refusePage } from './api/pages/page-routes.ts'
import { registerReference } from './api/reference.ts'
import { createExplanations, explanationTables } from './api/sandbox/explanations/index.ts'
import { registerSandbox } from './api/sandbox/index.ts'
import { tellMovedClock } from './api/sandbox/moved-clock.ts'
import type { SandboxMerchantsDeps } from './api/sandbox/sandbox-merchants.ts'
import { openSnapDoor, type SnapDoorDeps } from './api/snap/door/door.ts'
import {
  isForSnap,
  refuseUnknownSnapPath,
  refuseUnservableBySnap,
} from './api/snap/door/refusals.ts'
import { registerKkiRoutes } from './api/snap/kki-routes.ts'
import { b2bTokenRoute } from './api/snap/tokens/b2b-token.ts'
import { b2b2cTokenRoute } from './api/snap/tokens/b2b2c-token.ts'
import { answerUnknownPaths } from './api/unknown-path.ts'
import { usualTopicPrefix } from './kafka-settings.ts'
import type { Merchants } from './merchants/index.ts'
import { businessTables, createModules, type ModuleDeps } from './modules.ts'
import {
  type AcquirerSimulator,
  acquirerSimulatorTables,
} from './networks/card-acquirer/simulator/index.ts'
import { type KkiSimulator, kkiSimulatorTables } from './networks/kki-switch/simulator/index.ts'
import { threeDSecureSimulatorTables } from './networks/three-d-secure-server/simulator/index.ts'
import type { SandboxClock } from './platform/clock/sandbox-clock.ts'
import type { Database } from './platform/database/index.ts'
import { createServer } from './platform/http/server.ts'
import type { Jobs } from './platform/jobs/index.ts'
import { type Clock, later, sleep, withDeadline } from './primitives/clock.ts'

export type AppDeps = Omit<ModuleDeps, 'isSandbox'> & {
  /** What only the sandbox has; undefined in live mode. */
  readonly sandbox:
    | {
        readonly clock: SandboxClock
        readonly acquirerSimulator: AcquirerSimulator
        readonly kkiSimulator: KkiSimulator
        /** Wanted under /sandbox where the gateway does not listen on loopback. */
        readonly token: string | undefined
        readonly testPassword: string
      }
    | undefined
  /** Known only once the server listens, where the port is a free one. */
  readonly publicUrl: () => string
}

export type App = {
  readonly server: FastifyInstance
  readonly jobs: Jobs
  readonly merchants: Merchants
  readonly sandboxMerchants: SandboxMerchantsDeps
  /** Answers what is in flight, ends the background work. */
  close(): Promise<void>
}

const version = '0.1.0'

/**
 * After a stop began: main.ts ends the process 9 s after the signal. Requests are answered first, for
 * they announce; one that never ends must not keep deliveries from being cut, which is written down.
 */
const answersEndMs = 5_000
const deliveriesEndMs = 7_000
const allEndsMs = 7_500

export async function createApp(deps: AppDeps): Promise<App> {
  const { config, database, keyRing, clock, random, log, sandbox } = deps
  const isSandbox = sandbox !== undefined
  const modules = createModules({ ...deps, isSandbox })
  const { merchants, payments, bindings, threeDSecure, jobs, accessTokens, onSettled } = modules

  const { publicUrl } = deps
  const explanationDeps = {
    database,
    keyRing,
    merchants,
    accessTokens,
    clock,
    random,
    log,
    publicUrl,
  }
  const explanations = sandbox && createExplanations(explanationDeps)
  const doorDeps: DoorDeps = {
    explainRefusal: explanations?.explainRefusal,
    merchants,
    requests: modules.requests,
    keyRing,
    clock,
    log,
    timestampWindowSeconds: config.timestampWindowSeconds,
    bodyLimitBytes: config.bodyLimitBytes,
  }
  const snapDeps: SnapDoorDeps = {
    ...doorDeps,
    accessTokens,
    timestampWindowSeconds: config.snapTimestampWindowSeconds,
    gatewayPublicKey: deps.gatewayKeys.publicKey,
  }
  const pagePaths = [challengePath, otpPath, ...(sandbox ? [issuerAppPath] : [])]
  const server = createServer({
    log,
    bodyLimitBytes: config.bodyLimitBytes,
    unreadable: unreadableRequest,
    refuse: async (request, reply, why) => {
      if (isForPage(request, pagePaths)) await refusePage(request, reply, why)
      else if (isForSnap(request)) refuseUnservableBySnap(snapDeps, request, reply, why)
      else await refuseUnservable(doorDeps, request, reply, why)
    },
    onAnswer: modules.metrics.answered,
  })
  if (sandbox) tellMovedClock(server, sandbox.clock)
  await registerReference(server, { publicUrl, version })
  const topicPrefix = config.kafka?.topicPrefix ?? usualTopicPrefix
  registerDocuments(server, { publicUrl, version, topicPrefix })
  // Live mode sends browsers to https only.
  const redirectProtocols = config.mode === 'live' ? ['https:'] : ['https:', 'http:']
  const checkDeps: CheckRouteDeps = {
    threeDSecure,
    clock,
    challengeUrl: (pageId) => `${deps.publicUrl()}${challengePath}/${pageId}`,
    callbackProtocols: redirectProtocols,
  }
  await openCardDoor(server, doorDeps, (door) => {
    door.claim(checkThreeDSecureRoute(checkDeps))
    door.claim(
      chargeRoute({
        payments,
        clock,
        onCharged: onSettled,
        notificationHosts: config.mode === 'live' ? config.notificationHosts : undefined,
      }),
    )
    door.claim(captureRoute({ payments, clock, onChanged: onSettled }))
    door.claim(refundRoute({ payments, clock, onChanged: onSettled }))
    door.read(orderStatusRoute({ payments, requests: modules.requests }))
    door.serve(getTokensRoute({ vault: modules.vault, bindings }))
    door.serve(legacyTokensRoute({ vault: modules.vault }))
    door.serve(deleteTokenRoute({ vault: modules.vault }))
  })
  await openSnapDoor(server, snapDeps, (door) => {
    door.token(b2bTokenRoute({ accessTokens }))
    door.token(
      b2b2cTokenRoute({
        accessTokens,
        redeemAuthCode: ({ merchantId }, code) => bindings.redeemAuthCode(merchantId, code),
      }),
    )
    registerKkiRoutes(door, {
      bindings,
      payments,
      onChanged: onSettled,
      otpPageUrl: (pageId) => `${deps.publicUrl()}${otpPath}/${pageId}`,
      redirectProtocols,
    })
  })
  answerUnknownPaths(server, (request, reply) =>
    isForSnap(request)
      ? refuseUnknownSnapPath(snapDeps, request, reply)
      : refuseUnknownPath(doorDeps, request, reply),
  )
  await registerChallenge(server, {
    threeDSecure,
    merchants,
    log,
    testPassword: sandbox?.testPassword,
  })
  await registerOtpPage(server, {
    bindings,
    merchants,
    clock,
    log,
    testOtp: sandbox?.kkiSimulator.testOtp,
  })
  registerOperation(server, {
    isReady: () => isReachable(database, clock),
    metrics: modules.metrics,
  })
  const sandboxMerchants = { database, merchants, keyRing, ids: modules.ids, random }
  if (sandbox && explanations) {
    const guard = { hosts: config.sandboxHosts, publicUrl, token: sandbox.token }
    registerHome(server)
    const issuers = sandbox.kkiSimulator
    await registerIssuerApp(server, { issuers, merchants, clock, log, guard })
    await registerSandbox(server, {
      ...sandboxMerchants,
      notifications: modules.notifications,
      events: modules.events,
      explanations,
      payments,
      settlements: modules.settlements,
      acquirerSimulator: sandbox.acquirerSimulator,
      kkiSimulator: sandbox.kkiSimulator,
      clock: sandbox.clock,
      jobs,
      log,
      gatewayPublicKey: deps.gatewayKeys.publicKey,
      businessTables: [
        ...businessTables,
        ...explanationTables,
        ...acquirerSimulatorTables,
        ...kkiSimulatorTables,
        ...threeDSecureSimulatorTables,
      ],
      guard,
    })
  }

  return {
    server,
    jobs,
    merchants,
    sandboxMerchants,
    close: async () => {
      const began = clock.realNow()
      const [cutAt, endAt] = [later(began, deliveriesEndMs), later(began, allEndsMs)]
      const closed = server.close()
      await untilAt(clock, later(began, answersEndMs), closed)
      await untilAt(clock, endAt, jobs.stop(), modules.notifications.stop(cutAt), closed)
      server.server.closeAllConnections()
    },
  }
}

/** A server that swallows everything must be noticed too, and before a load balancer gives up. */
const readyDeadlineMs = 2_000

async function isReachable(database: Database, clock: Clock): Promise<boolean> {
  const answer = database`select 1`.then(
    () => true,
    () => false,
  )
  return withDeadline(clock, readyDeadlineMs, (deadline) =>
    Promise.race([answer, aborted(deadline).then(() => false)]),
  )
}

/** Waits for works, but no longer than until a real instant. */
async function untilAt(clock: Clock, instant: Date, ...works: Promise<unknown>[]): Promise<void> {
  const over = new AbortController()
  const leftMs = Math.max(0, instant.getTime() - clock.realNow().getTime())
  const late = sleep(clock, leftMs, over.signal).catch(() => {})
  await Promise.race([Promise.all(works), late])
  over.abort()
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
