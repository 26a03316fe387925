import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startNameServer } from '../../../../../../test/harness/name-server.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { createOutboundHttp } from '../index.ts'
import { createNameLookup, type NameLookupDeps } from './name-lookup.ts'

const clock = systemClock()
const folder = mkdtempSync(join(tmpdir(), 'gerbang-lookup-'))
after(() => rmSync(folder, { recursive: true }))
const hostsFile = join(folder, 'hosts')
const resolverFile = join(folder, 'resolv.conf')
writeFileSync(
  hostsFile,
  '172.17.0.1 host.docker.internal\n::1 both.example\n10.0.0.1 both.example\n',
)
writeFileSync(resolverFile, 'search pay.svc.cluster.example cluster.example\noptions ndots:2\n')

const nameServer = await startNameServer((name) => {
  if (name.endsWith('silent.example')) return 'silent'
  if (name === 'broken.example') return 'failing'
  if (name === 'old.example') return 'unless-aaaa'
  if (name === 'shop.pay.svc.cluster.example') return [10, 1, 1, 1]
  if (name === 'shop.other.cluster.example') return [10, 1, 1, 2]
  return name === 'shop.example' ? [127, 0, 0, 1] : undefined
})

const lookupWith = (deps: Partial<NameLookupDeps> = {}) =>
  createNameLookup({
    clock,
    hostsFile,
    resolverFile,
    servers: [nameServer.address],
    askSystem: async () => {
      throw new Error('the operating system was asked')
    },
    ...deps,
  })
const lookup = lookupWith()
const addressesOf = async (name: string, of = lookup) =>
  (await of(name)).map(({ address }) => address)

test('names are looked up in the hosts file before any name server is asked', async () => {
  nameServer.asked.length = 0
  assert.deepEqual(await addressesOf('host.docker.internal'), ['172.17.0.1'])
  assert.deepEqual(await addressesOf('HOST.docker.internal.'), ['172.17.0.1'])
  assert.deepEqual(await addressesOf('both.example'), ['::1', '10.0.0.1'])
  assert.deepEqual(nameServer.asked, [])
})

test('localhost is this machine, whatever anybody says', async () => {
  nameServer.asked.length = 0
  for (const name of ['localhost', 'localhost.', 'shop.localhost']) {
    assert.deepEqual(await addressesOf(name), ['127.0.0.1', '::1'])
  }
  assert.deepEqual(nameServer.asked, [])
})

test('a name is looked for in the search list: before itself if it has few dots', async () => {
  assert.deepEqual(await addressesOf('shop'), ['10.1.1.1'])
  assert.deepEqual(await addressesOf('shop.other'), ['10.1.1.2'])
  nameServer.asked.length = 0
  assert.deepEqual(await addressesOf('shop.example'), ['127.0.0.1'])
  assert.deepEqual(
    [...new Set(nameServer.asked)],
    ['shop.example.pay.svc.cluster.example', 'shop.example.cluster.example', 'shop.example'],
  )
})

test('a name that ends in a dot is looked for nowhere else', async () => {
  nameServer.asked.length = 0
  assert.deepEqual(await addressesOf('shop.example.'), ['127.0.0.1'])
  await assert.rejects(lookup('unknown.example.'), { code: 'ENOTFOUND' })
  assert.deepEqual([...new Set(nameServer.asked)], ['shop.example', 'unknown.example'])
})

test('that there is no such name differs from that nobody could tell', async () => {
  await assert.rejects(lookup('unknown.example'), { code: 'ENOTFOUND' })
  await assert.rejects(lookup('broken.example.'), { code: 'EAI_AGAIN' })
})

test('a server that is silent about IPv6 alone costs half a second', async () => {
  const began = Date.now()
  assert.deepEqual(await addressesOf('old.example.'), ['127.0.0.1'])
  assert.ok(Date.now() - began < 1_500)
})

test('a silent server is waited for no longer than allowed, and look-ups at once are one', async () => {
  const impatient = lookupWith({ timeoutMs: 100 })
  nameServer.asked.length = 0
  const lookups = [1, 2, 3].map(() => impatient('silent.example.'))
  for (const each of lookups) await assert.rejects(each, /no address of its name within 100 ms/)
  assert.equal(nameServer.asked.length, 2)
  // The next one is asked anew.
  await assert.rejects(impatient('silent.example.'))
  assert.equal(nameServer.asked.length, 4)
})

test('the operating system is asked what no name server can know, one name at a time', async () => {
  const asked: string[] = []
  const own = lookupWith({
    timeoutMs: 200,
    askSystem: (name) => {
      asked.push(name)
      return name === 'stuck.local'
        ? new Promise(() => {})
        : Promise.resolve([{ address: '192.168.1.2', family: 4 }])
    },
  })
  assert.deepEqual(await addressesOf('laptop', own), ['192.168.1.2'])
  assert.deepEqual(await addressesOf('laptop.local', own), ['192.168.1.2'])
  await assert.rejects(own('unknown.example'), { code: 'ENOTFOUND' })
  const stuck = assert.rejects(own('stuck.local'), /within 200 ms/)
  while (!asked.includes('stuck.local')) await new Promise(setImmediate)
  await assert.rejects(own('other.local'), /within 200 ms/)
  await stuck
  assert.deepEqual(asked, ['laptop', 'laptop.local', 'stuck.local'])
})

test('names whose servers are silent delay no other name', async (t) => {
  const server = createServer((_, response) => response.end('taken')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const outbound = createOutboundHttp({
    clock,
    targets: 'any',
    resolve: lookupWith({ timeoutMs: 1_000 }),
  })
  const post = (host: string) =>
    outbound.post({
      url: `http://${host}:${port}/`,
      headers: { Connection: 'close' },
      body: '{}',
      timeoutMs: 2_000,
      mostBodyBytes: 100,
    })
  const stalled = Array.from({ length: 100 }, (_, number) => post(`m${number}.silent.example.`))
  const answer = await post('shop.example.')
  assert.equal(answer.kind, 'answered')
  assert.ok(answer.latencyMs < 500, `it took ${answer.latencyMs} ms`)
  for (const each of stalled) {
    const { kind, error } = (await each) as { kind: string; error?: string }
    assert.deepEqual([kind, error], ['failed', 'no address of its name within 1000 ms'])
  }
})
