/** A real Apache Kafka broker (KRaft: broker and controller in one) as a child process on a folder. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { classPath, java } from './install.ts'

export type BrokerPlan = {
  /** Its settings, its log and what it keeps. */
  readonly folder: string
  readonly listeners: readonly {
    readonly protocol: 'PLAINTEXT' | 'SASL_PLAINTEXT' | 'SASL_SSL'
    readonly port: number
    /** By which clients are sent here. */
    readonly host: string
  }[]
  readonly controllerPort: number
  /** Further lines of its settings. */
  readonly settings?: string
  /** Credentials of SCRAM, as kafka.tools.StorageTool takes them. */
  readonly scram?: string
}

export type BrokerProcess = {
  start(): Promise<void>
  /** Waits for the end; without effect where it does not run. */
  end(signal: NodeJS.Signals): Promise<void>
  /** Everything that it printed. */
  readonly logFile: string
}

/** A quarter of what a broker takes by itself, and a compiler that is soon ready. */
export const javaOptions = [
  '-Xmx256m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  ...['-cp', classPath],
]

/** Writes the settings of a broker, and makes its folder where there is none. It does not start it. */
export async function prepareBroker(plan: BrokerPlan): Promise<BrokerProcess> {
  const { folder } = plan
  // The folder above may be the gateway's, which keeps keys there.
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const properties = join(folder, 'server.properties')
  writeFileSync(properties, settingsOf(plan))
  if (!existsSync(join(folder, 'data/meta.properties'))) {
    await promisify(execFile)(java, [
      ...javaOptions,
      ...['kafka.tools.StorageTool', 'format'],
      ...['-t', '4L6g3nShT-eMCtK--X86sw', '-c', properties],
      ...(plan.scram ? ['--add-scram', plan.scram] : []),
    ])
  }
  const logFile = join(folder, 'broker.log')
  let child: ChildProcess | undefined
  return {
    logFile,
    start: async () => {
      const started = spawn(java, [...javaOptions, 'kafka.Kafka', properties], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const log = createWriteStream(logFile, { flags: 'a' })
      started.stdout.pipe(log)
      started.stderr.pipe(log)
      child = started
      while (!(await isListening(plan.listeners[0]?.port ?? 0))) {
        if (started.exitCode !== null) throw new Error(`the broker ended: ${started.exitCode}`)
        await sleep(50)
      }
    },
    end: async (signal) => {
      const ending = child
      child = undefined
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
      const ended = new Promise((resolve) => ending.once('exit', resolve))
      ending.kill(signal)
      await ended
    },
  }
}

function settingsOf({ folder, listeners, controllerPort, settings = '' }: BrokerPlan): string {
  const listening = listeners.map(({ protocol, port }) => `${protocol}://127.0.0.1:${port}`)
  const advertised = listeners.map(({ protocol, host, port }) => `${protocol}://${host}:${port}`)
  const protocols = listeners.map(({ protocol }) => `${protocol}:${protocol}`)
  return `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=${[...listening, `CONTROLLER://127.0.0.1:${controllerPort}`].join()}
advertised.listeners=${advertised.join()}
listener.security.protocol.map=${[...protocols, 'CONTROLLER:PLAINTEXT'].join()}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(folder, 'data')}
# Until then a broker that was killed counts as living, and cannot come back.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
num.partitions=3
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
${settings}`
}

/** Whether something listens on a port of this machine. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
    socket.once('connect', () => socket.destroy())
  })
}

/** Ports on which nobody listens. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer()
      await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
      return probe
    }),
  )
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port)
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))))
  return ports
}
