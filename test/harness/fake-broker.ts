/** What listens where a Kafka broker should, and is none or is broken. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after } from 'node:test'

/** What it does with the first bytes of a connection. */
export const misbehaviours = {
  'resets the connection': (socket: Socket) => socket.resetAndDestroy(),
  'closes the connection': (socket: Socket) => socket.end(),
  'answers in HTTP': (socket: Socket) =>
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  'answers with noise': (socket: Socket) => socket.write(Buffer.alloc(2_000, 0xff)),
  'answers with zeros': (socket: Socket) => socket.write(Buffer.alloc(2_000)),
  'answers another question': (socket: Socket) => {
    const answer = Buffer.alloc(64)
    answer.writeInt32BE(60, 0)
    answer.writeInt32BE(999_999, 4)
    socket.write(answer)
  },
  'answers nothing': () => {},
} as const satisfies Record<string, (socket: Socket) => unknown>

export type Misbehaviour = keyof typeof misbehaviours

export type FakeBroker = {
  /** For KAFKA_BROKERS. */
  readonly address: string
  /** Connections so far. */
  connections(): number
  /** From now on it passes everything to and from another port. */
  leadTo(port: number): void
}

/** It ends with the tests of the file. */
export async function startFakeBroker(how: Misbehaviour, host = '127.0.0.1'): Promise<FakeBroker> {
  let connections = 0
  let target: number | undefined
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    if (target === undefined) {
      socket.on('data', () => misbehaviours[how](socket))
      return
    }
    const far = connect(target, '127.0.0.1')
    far.on('error', () => socket.destroy())
    socket.on('close', () => far.destroy())
    socket.pipe(far).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const { port } = server.address() as AddressInfo
  return {
    address: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    connections: () => connections,
    leadTo: (port) => {
      target = port
    },
  }
}
