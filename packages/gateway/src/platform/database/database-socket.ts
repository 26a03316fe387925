/**
 * The socket that the driver is given (option `socket`). With its own, postgres.js 3.4.9 loses count
 * when a connection breaks: a net.Socket says 'error' first and 'close' some turns later, the driver
 * forgets what it has sent only at the 'error', and a statement that is started between the two stays
 * in its list of those sent. On the next connection it is answered in the place of another (by the
 * driver's source), or nobody is answered any more (connect.test.ts: two of forty cuts). TLS is made
 * here too, for the driver would put a socket of its own around this one. See decision 0009.
 */
import { once } from 'node:events'
import { connect as connectNet, isIP, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'

/** As libpq's sslmode; `verify` is its verify-full, against the certificate authorities of Node.js. */
export type TlsMode = 'disable' | 'prefer' | 'require' | 'verify'

/** How a DATABASE_URL asks for TLS, in the words of libpq and of the driver. */
export function tlsModeOf(databaseUrl: string): TlsMode {
  const asked = new URLSearchParams(databaseUrl.split('?')[1])
  const mode = asked.get('sslmode') ?? asked.get('ssl') ?? 'disable'
  if (asked.get('sslrootcert') === 'system') return 'verify'
  if (mode === 'disable' || mode === 'false') return 'disable'
  if (mode === 'allow' || mode === 'prefer') return 'prefer'
  return mode === 'require' ? 'require' : 'verify'
}

/** What the driver read from its options; several hosts are tried in turn. */
export type DriverAddress = {
  readonly host: readonly string[]
  readonly port: readonly number[]
  readonly path: string | false
}

export type DatabaseSockets = {
  /** For the driver's option `socket`. */
  readonly open: (address: DriverAddress) => Duplex
  /** Ends all, and opens none any more. */
  end(): void
}

/**
 * The sockets of a pool. They end with it: a connection that was about to begin anew when the driver
 * (3.4.9) ended its pool begins all the same, and would stay.
 */
export function databaseSockets(tls: TlsMode): DatabaseSockets {
  const open = new Set<DatabaseSocket>()
  let turn = 0
  let isEnded = false
  return {
    open: ({ host, port, path }) => {
      if (isEnded) throw Object.assign(new Error('the pool ended'), { code: 'CONNECTION_ENDED' })
      const i = turn++ % host.length
      const raw = path
        ? connectNet({ path })
        : connectNet({ host: host[i] as string, port: port[i] as number })
      raw.setNoDelay(true).setKeepAlive(true, 60_000)
      const socket = new DatabaseSocket(raw, tls, host[i] as string)
      open.add(socket)
      raw.once('close', () => open.delete(socket))
      return socket
    },
    end: () => {
      isEnded = true
      // In the next turn: the driver hears of a socket only a moment after it was opened.
      setImmediate(() => {
        for (const socket of open) socket.destroy()
      })
    },
  }
}

/**
 * Says 'error' only while it is being opened, always with 'close' in the same turn; a connection that
 * breaks later just closes, and at a close the driver refuses all that it had sent.
 */
class DatabaseSocket extends Duplex {
  readonly #raw: Socket
  readonly #opened: Promise<Socket>

  constructor(raw: Socket, tls: TlsMode, host: string) {
    super()
    this.#raw = raw
    // What breaks it before it is open is told below; after that, its close is enough.
    raw.on('error', () => {})
    this.#opened = open(raw, tls, host)
    this.#opened.then(
      (socket) => {
        socket.on('error', () => {})
        socket.on('close', () => this.destroy())
        socket.on('data', (chunk) => void (this.push(chunk) || socket.pause()))
      },
      (error: Error) => this.destroy(error),
    )
  }

  /** The driver says goodbye only to a socket that is open. */
  get readyState(): string {
    return this.destroyed ? 'closed' : 'open'
  }

  override _read(): void {
    this.#opened.then(
      (socket) => socket.resume(),
      () => {},
    )
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#opened.then(
      (socket) => socket.write(chunk, () => done()),
      () => done(),
    )
  }

  override _final(done: () => void): void {
    this.#opened.then(
      (socket) => socket.end(() => done()),
      () => done(),
    )
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#raw.destroy()
    done(error)
  }
}

/** SSLRequest of the PostgreSQL protocol (section 55.7): the length, and a version that is none. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

/** The raw socket when it is connected, or TLS over it when it is asked for and agreed on. */
async function open(raw: Socket, tls: TlsMode, host: string): Promise<Socket> {
  await orBroken(raw, once(raw, 'connect'))
  if (tls === 'disable') return raw
  raw.write(sslRequest)
  const [answer] = await orBroken(raw, once(raw, 'data'))
  // One byte and no more: what came in plain with it would be taken for encrypted (CVE-2021-23222).
  if ((answer as Buffer).toString('latin1') !== 'S') {
    if (tls === 'prefer') return raw
    throw new Error('the database server does not offer TLS, which sslmode asks for')
  }
  const secure = connectTls({
    socket: raw,
    ...(isIP(host) ? { host } : { servername: host }),
    rejectUnauthorized: tls === 'verify',
  })
  await orBroken(secure, once(secure, 'secureConnect'))
  return secure
}

/** events.once rejects on 'error'; a socket can also close without one. */
async function orBroken<T>(socket: Socket, event: Promise<T>): Promise<T> {
  const closed = new AbortController()
  const broken = once(socket, 'close', { signal: closed.signal }).then(() => {
    throw Object.assign(new Error('the connection closed'), { code: 'CONNECTION_CLOSED' })
  })
  broken.catch(() => {})
  try {
    return await Promise.race([event, broken])
  } finally {
    closed.abort()
  }
}
