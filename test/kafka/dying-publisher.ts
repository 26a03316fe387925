/**
 * A publisher that kills itself (SIGKILL: nothing is tidied up) when Kafka has acknowledged its second
 * batch and it has yet to note that. Started as a process of its own by publishing.test.ts.
 */
import { createPublisher } from '../../packages/gateway/src/events/index.ts'
import { connectDatabase } from '../../packages/gateway/src/platform/database/index.ts'
import { createKafkaSender } from '../../packages/gateway/src/platform/kafka/index.ts'
import { createLog } from '../../packages/gateway/src/platform/log/index.ts'
import { createMetrics } from '../../packages/gateway/src/platform/metrics/index.ts'
import { systemClock } from '../../packages/gateway/src/primitives/clock.ts'
import { systemRandom } from '../../packages/gateway/src/primitives/random.ts'

const clock = systemClock()
const sender = createKafkaSender(
  {
    brokers: [process.env['KAFKA_BROKERS'] ?? ''],
    clientId: 'gerbang-that-dies',
    tls: undefined,
    sasl: undefined,
  },
  clock,
)
let sends = 0

createPublisher({
  database: connectDatabase({
    server: JSON.parse(process.env['GERBANG_TEST_DATABASE'] ?? '{}'),
    max: 2,
  }),
  sender: {
    ...sender,
    send: async (messages, giveUp) => {
      await sender.send(messages, giveUp)
      sends += 1
      if (sends === 2) process.kill(process.pid, 'SIGKILL')
    },
  },
  topicPrefix: 'killed.',
  clock,
  random: systemRandom,
  log: createLog({ level: 'warn' }),
  metrics: createMetrics(),
}).start()
