import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseHosts, parseSearchList, readWhenChanged } from './system-names.ts'

test('every name and every line of the hosts file counts', () => {
  const hosts = parseHosts(
    [
      '# comment',
      '127.0.0.1\tlocalhost',
      '::1  localhost ip6-localhost # and why',
      '172.17.0.1 Host.Docker.Internal gateway',
      'fe80::1%lo0 scoped',
      'nonsense shop',
      '10.0.0.1',
      '  10.0.0.2 indented\r',
    ].join('\n'),
  )
  const of = (name: string) => hosts.get(name)?.map(({ address, family }) => [address, family])
  assert.deepEqual(of('localhost'), [
    ['127.0.0.1', 4],
    ['::1', 6],
  ])
  assert.deepEqual(of('host.docker.internal'), [['172.17.0.1', 4]])
  assert.deepEqual(of('gateway'), [['172.17.0.1', 4]])
  assert.deepEqual(of('scoped'), [['fe80::1%lo0', 6]])
  assert.deepEqual(of('indented'), [['10.0.0.2', 4]])
  assert.equal(hosts.has('shop') || hosts.has(''), false)
})

for (const [what, text, domains, ndots] of [
  ['nothing', '', [], 1],
  [
    'Kubernetes',
    'search pay.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n',
    ['pay.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
    5,
  ],
  ['Docker', 'nameserver 127.0.0.11\noptions edns0 trust-ad ndots:0', [], 0],
  ['a domain', 'domain shop.example.', ['shop.example'], 1],
  ['the last line', 'search a.example\nsearch b.example # c.example', ['b.example'], 1],
  ['the root', 'search .', [], 1],
] as const) {
  test(`the search list is read: ${what}`, () => {
    assert.deepEqual(parseSearchList(text), { domains, ndots })
  })
}

test('a file is read again when it has changed, and may be missing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gerbang-names-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'hosts')
  let parsed = 0
  const read = readWhenChanged(file, (text) => {
    parsed += 1
    return text
  })
  assert.equal(await read(), '')
  writeFileSync(file, 'first')
  assert.deepEqual([await read(), await read(), parsed], ['first', 'first', 2])
  writeFileSync(file, 'the second')
  assert.equal(await read(), 'the second')
  rmSync(file)
  assert.equal(await read(), '')
})
