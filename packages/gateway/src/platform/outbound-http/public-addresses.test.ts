import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPublicAddress } from './public-addresses.ts'

test('public addresses are public', () => {
  const some = ['1.1.1.1', '8.8.8.8', '103.10.128.1', '172.15.0.1', '172.32.0.1', '100.63.0.1']
  for (const address of [...some, '223.255.255.254', '2606:4700::1111', '2404:6800::1']) {
    assert.ok(isPublicAddress(address), address)
  }
})

for (const [what, addresses] of [
  ['this machine', ['127.0.0.1', '127.255.255.254', '::1']],
  ['no machine', ['0.0.0.0', '0.1.2.3', '::']],
  ['private networks', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1']],
  ['unique local', ['fc00::1', 'fd12:3456::1']],
  ['link-local', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1']],
  ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
  ['multicast', ['224.0.0.1', '239.255.255.255', 'ff02::1']],
  ['broadcast and reserved', ['255.255.255.255', '240.0.0.1']],
  ['benchmarks and documentation', ['198.18.0.1', '192.0.2.1', '198.51.100.1', '203.0.113.1']],
  ['documentation of IPv6', ['2001:db8::1', '3fff::1']],
  ['IPv4 inside IPv6', ['::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1', '::127.0.0.1']],
  ['IPv4 behind translators', ['64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::']],
  ['site-local', ['fec0::1']],
  ['what is no address', ['', 'localhost', '127.1', '0x7f000001']],
] as const) {
  test(`${what}: not public`, () => {
    for (const address of addresses) assert.ok(!isPublicAddress(address), address)
  })
}
