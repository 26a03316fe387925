/** Bindings on a database of their own, at a simulated switch that can be steered, under a still clock. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after } from 'node:test'
import {
  bindingAnnouncement,
  unbindingAnnouncement,
} from '../../packages/gateway/src/announcements.ts'
import {
  type BindCardResult,
  type BindingDeps,
  type Bindings,
  createBindings,
} from '../../packages/gateway/src/bindings/index.ts'
import { createEvents } from '../../packages/gateway/src/events/index.ts'
import type { Merchant } from '../../packages/gateway/src/merchants/index.ts'
import type { KkiSwitch } from '../../packages/gateway/src/networks/kki-switch/contract.ts'
import { createKkiSimulator } from '../../packages/gateway/src/networks/kki-switch/simulator/index.ts'
import { createStillClock } from '../../packages/gateway/src/networks/kki-switch/simulator/world.ts'
import { createTraceNumbers } from '../../packages/gateway/src/payments/index.ts'
import { openKeyRing } from '../../packages/gateway/src/platform/key-ring/index.ts'
import { createLog } from '../../packages/gateway/src/platform/log/index.ts'
import { createIds, type MerchantId } from '../../packages/gateway/src/primitives/id.ts'
import { systemRandom } from '../../packages/gateway/src/primitives/random.ts'
import { Secret } from '../../packages/gateway/src/primitives/secret.ts'
import { createTestDatabase } from './database.ts'
import { noteSecret, testRootKey } from './world.ts'

const kkiMerchant: Merchant = {
  merchantId: 'mer_of_the_binding_tests' as MerchantId,
  clientId: 'MCH-9',
  name: 'A shop',
  secretKey: new Secret('SK-of-the-binding-tests'),
  publicKey: null,
  settings: { snapNotificationUrl: null } as Merchant['settings'],
  acquirerAccounts: [
    {
      acquirerId: 'ALTO',
      mid: '000360012345',
      tid: '36001234',
      takes: { channels: ['KARTU_KREDIT_INDONESIA'] },
    },
  ],
  screeningRules: {},
}

export const rightOtp = new Secret('123456')
export const wrongOtp = new Secret('654321')

/** The merchant has no notification URL. */
const nobodyHears = () => assert.fail('nothing is told to a merchant')

/** So long a lost answer is waited for: real time. */
const askDeadlineMs = 150

export async function createBindingsWorld() {
  const testDatabase = await createTestDatabase()
  after(() => testDatabase.drop())
  const database = testDatabase.connect(6)
  const random = systemRandom
  const clock = createStillClock()
  const keyRing = await openKeyRing({ database, rootKey: testRootKey, clock, random })
  const simulator = createKkiSimulator({
    database: testDatabase.connect(3),
    clock,
    random,
    keyRing,
  })
  const ids = createIds(clock, random)
  const depsWith = (kkiSwitch: KkiSwitch): BindingDeps => ({
    database,
    kkiSwitch,
    keyRing,
    traceNumbers: createTraceNumbers(database),
    merchants: { find: async () => kkiMerchant },
    announce: bindingAnnouncement({ ids, notifications: { announce: nobodyHears } }),
    announceUnbound: unbindingAnnouncement({ ids }),
    onChanged: () => {},
    clock,
    log: createLog({ level: 'silent' }),
    ids,
    random,
    repeat: (work) => work(),
    askDeadlineMs,
    requestLifetimeMs: 86_400_000,
  })
  const deps = depsWith(simulator.kkiSwitch)
  const bindings = createBindings(deps)
  const events = createEvents({ database })
  return {
    database,
    connect: testDatabase.connect,
    clock,
    simulator,
    deps,
    bindings,
    /** Bindings of another process, whose switch may be another one. */
    withSwitch: (kkiSwitch: Partial<KkiSwitch>) =>
      createBindings(depsWith({ ...simulator.kkiSwitch, ...kkiSwitch })),
    /** Runs what is due, with whatever time a deadline of the past has to be over. */
    runDue: async (ms = 0) => {
      clock.moveBy(ms)
      await new Promise((resolve) => setTimeout(resolve, askDeadlineMs + 20))
      for (const work of bindings.works) await work.runDue(clock.now())
    },
    readEvents: async () =>
      (await events.read({ after: undefined, limit: 100 }))?.events.map(({ type, data }) => ({
        type,
        data,
      })) ?? [],
    steer: (instruction: Parameters<typeof simulator.steerNext>[1]) =>
      simulator.steerNext(kkiMerchant.clientId, instruction),
  }
}

export type BindingsWorld = Awaited<ReturnType<typeof createBindingsWorld>>

let last = 0

/** A customer that no other test of this process knows. */
export function newCustomer(): string {
  last += 1
  return `CUST${process.pid}x${last}`
}

/** The claim of an X-EXTERNAL-ID that nobody has. */
export function newClaim(externalId: string = randomUUID()) {
  return {
    merchant: kkiMerchant,
    externalId,
    claim: {
      merchantId: kkiMerchant.merchantId,
      scope: 'snap',
      requestId: externalId,
      route: '/of/the/tests',
      bodyMac: Buffer.alloc(32),
      signatureMac: Buffer.alloc(32),
      supersedes: undefined,
    },
  } as const
}

type Wish = {
  readonly custIdMerchant?: string
  readonly cpan?: string
  readonly hosted?: boolean
  readonly partnerReferenceNo?: string
  readonly externalId?: string
}

export function bind(bindings: Bindings, wish: Wish = {}): Promise<BindCardResult> {
  const { cpan = '9360001609987000000' } = wish
  noteSecret('card-number', cpan)
  for (const otp of [rightOtp, wrongOtp]) otp.reveal((digits) => noteSecret('password', digits))
  return bindings.bind({
    ...newClaim(wish.externalId),
    partnerReferenceNo: wish.partnerReferenceNo,
    custIdMerchant: wish.custIdMerchant ?? newCustomer(),
    card: { cpan: new Secret(cpan), ott: undefined },
    phoneNumber: undefined,
    hosted: wish.hosted ?? true,
    successUrl: 'https://shop.example/done?order=1',
    failedUrl: 'https://shop.example/failed',
  })
}

/** A binding that waits for its one-time password. */
export async function begun(bindings: Bindings, wish: Wish = {}) {
  const result = await bind(bindings, wish)
  assert.equal(result.kind, 'begun')
  if (result.kind !== 'begun') throw new Error('unreachable')
  return { ...result, pageId: result.binding.pageId ?? '' }
}

/** A card that is bound, with its token. */
export async function bound(bindings: Bindings, wish: Wish = {}) {
  const { binding, authCode } = await begun(bindings, wish)
  const result = await bindings.verifyOtp({
    ...newClaim(),
    name: { by: 'authCode', value: authCode },
    otp: rightOtp,
  })
  assert.equal(result.kind, 'bound')
  if (result.kind !== 'bound') throw new Error('unreachable')
  for (const token of [authCode, result.bankCardToken]) noteSecret('token', token)
  return { ...binding, bankCardToken: result.bankCardToken, authCode }
}
