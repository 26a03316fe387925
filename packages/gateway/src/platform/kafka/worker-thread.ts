/** The gateway's end of the thread that sends (producer.worker.ts): its start, its answers, its death. */
import { Worker } from 'node:worker_threads'
import type {
  KafkaMessage,
  KafkaSettings,
  SendAnswer,
  SendCommand,
  SendOutcome,
  WorkerSettings,
} from './contract.ts'
import { reasonOf } from './reason.ts'

export type WorkerThread = {
  /** The answer of the thread; failed, if it dies instead. */
  send(messages: readonly KafkaMessage[]): Promise<SendOutcome>
  /** Whether it died: it answers nothing any more. */
  isDead(): boolean
  end(): Promise<void>
}

/** Some 30 MB are used. What goes wild in the library ends the thread before it takes the gateway's. */
const mostMegabytes = 128

export function startWorkerThread(settings: KafkaSettings): WorkerThread {
  const worker = new Worker(new URL('./producer.worker.ts', import.meta.url), {
    name: 'kafka',
    workerData: toWorkerSettings(settings),
    resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
  })
  const waiting = new Map<number, (outcome: SendOutcome) => void>()
  let last = 0
  let isDead = false
  const die = (reason: string) => {
    isDead = true
    for (const answer of waiting.values()) answer({ kind: 'failed', reason })
    waiting.clear()
  }
  worker.on('message', ({ id, outcome }: SendAnswer) => {
    waiting.get(id)?.(outcome)
    waiting.delete(id)
  })
  worker.on('error', (error) => die(`the Kafka client broke down: ${reasonOf(error)}`))
  worker.on('exit', () => die('the Kafka client ended'))
  return {
    send: (messages) => {
      const id = ++last
      const answer = new Promise<SendOutcome>((resolve) => waiting.set(id, resolve))
      worker.postMessage({ id, messages } satisfies SendCommand)
      return answer
    },
    isDead: () => isDead,
    end: async () => {
      await worker.terminate()
    },
  }
}

function toWorkerSettings({ brokers, clientId, tls, sasl }: KafkaSettings): WorkerSettings {
  return {
    brokers,
    clientId,
    tls,
    sasl: sasl && { ...sasl, password: sasl.password.reveal((value) => value) },
  }
}
