/** A name server for tests: it answers from a table, and counts what it is asked. */
import { createSocket } from 'node:dgram'
import { after } from 'node:test'

/** `silent`: no answer at all. `unless-aaaa`: silent about IPv6. A missing name does not exist. */
type Entry = 'silent' | 'unless-aaaa' | 'failing' | readonly [number, number, number, number]

export type NameServer = {
  /** `address:port` */
  readonly address: string
  /** The names that were asked for, once for each kind of address. */
  readonly asked: string[]
}

const typeAddress = 1
const noSuchName = 3
const serverFailure = 2

/** Starts one; it ends with the tests of the file. */
export async function startNameServer(entryOf: (name: string) => Entry | undefined) {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (query, { port, address }) => {
    const { name, end } = nameIn(query)
    const entry = entryOf(name)
    const isAddress = query.readUInt16BE(end) === typeAddress
    asked.push(name)
    if (entry === 'silent' || (entry === 'unless-aaaa' && !isAddress)) return
    const found = entry === 'unless-aaaa' ? [127, 0, 0, 1] : entry
    const code = entry === undefined ? noSuchName : entry === 'failing' ? serverFailure : 0
    const answers = isAddress && Array.isArray(found) ? [found] : []
    // The question again, without what is behind it; each answer points to its name.
    const head = Buffer.from(query.subarray(0, end + 4))
    head.writeUInt16BE(0x8180 | code, 2)
    head.writeUInt16BE(answers.length, 6)
    head.writeUInt32BE(0, 8)
    const records = answers.map((bytes) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...bytes]),
    )
    socket.send(Buffer.concat([head, ...records]), port, address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  after(() => socket.close())
  return { address: `127.0.0.1:${socket.address().port}`, asked } satisfies NameServer
}

/** The name of the question, and where it ends. */
function nameIn(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.subarray(at + 1, at + 1 + length).toString())
    at += length + 1
  }
  return { name: labels.join('.'), end: at + 1 }
}
