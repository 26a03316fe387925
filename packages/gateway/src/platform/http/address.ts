/**
 * Where the server listens, tried before anything else is started: a first start makes a database,
 * and nobody should wait for that to hear that the port is taken.
 */
import { createServer } from 'node:net'

export type Address = { readonly host: string; readonly port: number }

/** Why nothing can listen there, and what to do, for the person who starts. */
export class AddressError extends Error {}

/** @throws AddressError */
export async function assertListenable(address: Address): Promise<void> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(address.port, address.host, resolve)
    })
    await new Promise((resolve) => server.close(resolve))
  } catch (error) {
    throw explainListening(error, address)
  }
}

/** An AddressError in place of what listening threw, where it is about the address. */
export function explainListening(error: unknown, { host, port }: Address): unknown {
  const code = (error as { code?: string }).code ?? ''
  const text = explanations[code]?.(host, port)
  return text === undefined ? error : new AddressError(text, { cause: error })
}

const otherHost = (host: string) =>
  `HOST=${host} is no address of this machine: start with HOST=127.0.0.1 npm start, or with ` +
  'HOST=0.0.0.0 to listen on all its addresses'

const explanations: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (_host, port) =>
    `Port ${port} is taken: start with PORT=${port < 65_535 ? port + 1 : 8080} npm start`,
  // Ports below 1024 are for root on most systems.
  EACCES: (_host, port) =>
    `Port ${port} may not be opened by this user: start with PORT=8080 npm start`,
  EADDRNOTAVAIL: otherHost,
  EAFNOSUPPORT: otherHost,
  EINVAL: otherHost,
  ENOTFOUND: otherHost,
  EAI_AGAIN: otherHost,
}
