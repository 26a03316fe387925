/**
 * A gateway that kills itself (SIGKILL: nothing is tidied up), or pauses itself (SIGSTOP), at one step
 * of its work. Started as a process of its own by tests in test/recovery, on the database of the test.
 */
import { createApp } from '../../packages/gateway/src/app.ts'
import { readConfig } from '../../packages/gateway/src/config.ts'
import { createAcquirerSimulator } from '../../packages/gateway/src/networks/card-acquirer/simulator/index.ts'
import { createKkiSimulator } from '../../packages/gateway/src/networks/kki-switch/simulator/index.ts'
import { createThreeDSecureSimulator } from '../../packages/gateway/src/networks/three-d-secure-server/simulator/index.ts'
import { createSandboxClock } from '../../packages/gateway/src/platform/clock/sandbox-clock.ts'
import { connectDatabase } from '../../packages/gateway/src/platform/database/index.ts'
import { openKeyRing } from '../../packages/gateway/src/platform/key-ring/index.ts'
import { createLog } from '../../packages/gateway/src/platform/log/index.ts'
import { systemClock } from '../../packages/gateway/src/primitives/clock.ts'
import { systemRandom } from '../../packages/gateway/src/primitives/random.ts'
import { testGatewayKeys, testRootKey } from './world.ts'

/**
 * Where it dies: `door request`, `door answer`; `sale before`, `sale after`, … of a message to
 * whichever network; or `settle after`, where what it settled leaves work for the background.
 */
const [place = '', moment = ''] = (process.env['GERBANG_DIE'] ?? '').split(' ')
const die = () => process.kill(process.pid, process.env['GERBANG_DIE_BY'] ?? 'SIGKILL')

const server = JSON.parse(process.env['GERBANG_TEST_DATABASE'] ?? '{}')
const database = connectDatabase({ server, max: 4 })
const random = systemRandom
const clock = await createSandboxClock(database, systemRandom)
const keyRing = await openKeyRing({
  database,
  rootKey: testRootKey,
  clock: systemClock(),
  random,
})
const simulators = { database: connectDatabase({ server, max: 2 }), clock, random }
const acquirerSimulator = createAcquirerSimulator(simulators)
const kkiSimulator = createKkiSimulator({ ...simulators, keyRing })

/** The connector, which dies before or after its network has one kind of message. */
function dying<Connector extends object>(connector: Connector): Connector {
  return new Proxy(connector, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (name !== place || typeof value !== 'function') return value
      return async (...given: unknown[]) => {
        if (moment === 'before') die()
        const outcome = await value(...given)
        if (moment === 'after') die()
        return outcome
      }
    },
  })
}

const app = await createApp({
  config: readConfig(process.env),
  database,
  keyRing,
  clock,
  random,
  log: createLog({ level: 'warn' }),
  gatewayKeys: testGatewayKeys,
  acquirers: (acquirerId) => dying(acquirerSimulator.acquirer(acquirerId)),
  kkiSwitch: dying(kkiSimulator.kkiSwitch),
  threeDSecureServer: createThreeDSecureSimulator(simulators),
  sandbox: {
    clock,
    acquirerSimulator,
    kkiSimulator,
    token: undefined,
    testPassword: '123456',
  },
  publicUrl: () => 'http://127.0.0.1:8080',
})
if (place === 'door') {
  app.server.addHook(moment === 'request' ? 'preHandler' : 'onSend', async () => void die())
}
if (place === 'settle') app.jobs.wake = die
const url = await app.server.listen({ host: '127.0.0.1', port: 0 })
if (process.env['GERBANG_RUN_JOBS']) app.jobs.start()
process.stdout.write(`ready at ${url}\n`)
