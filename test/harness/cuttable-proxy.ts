/**
 * A TCP proxy in front of a test database, which can be cut, or made to swallow everything. It also
 * gives the database, which listens on a Unix socket, a DATABASE_URL.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after } from 'node:test'
import type { TestDatabase } from './database.ts'

export type CuttableProxy = {
  readonly databaseUrl: string
  /** Breaks every connection and refuses new ones, as a server that was killed does. */
  cut(): Promise<void>
  /** Keeps connections open and passes nothing on, as a network that drops packets does. */
  freeze(): void
  /** Passes everything on again. */
  restore(): Promise<void>
}

export async function startCuttableProxy(testDatabase: TestDatabase): Promise<CuttableProxy> {
  const { host, port: number, username, password, database } = testDatabase.connection
  const sockets = new Set<Socket>()
  let isFrozen = false
  const server = createServer((near) => {
    const far = connect({ path: `${host}/.s.PGSQL.${number}` })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk) => void (isFrozen || to.write(chunk)))
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const breakAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  const cut = () =>
    new Promise<void>((resolve) => {
      if (!server.listening) return resolve()
      server.close(() => resolve())
      breakAll()
    })
  after(cut)
  const user = `${username}:${encodeURIComponent(password)}`
  return {
    databaseUrl: `postgres://${user}@127.0.0.1:${port}/${database}`,
    cut,
    freeze: () => {
      isFrozen = true
    },
    restore: async () => {
      isFrozen = false
      breakAll()
      if (!server.listening) await listen(port)
    },
  }
}
