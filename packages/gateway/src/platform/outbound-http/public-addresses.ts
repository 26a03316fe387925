/**
 * Which addresses live mode connects to: those that IANA's registries of special-purpose addresses
 * call globally reachable (RFC 6890 and its successors), and of IPv6 only global unicast, so that no
 * form of an IPv4 address inside an IPv6 one gets by.
 */
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { TargetError } from './target-error.ts'

export type Address = { readonly address: string; readonly family: number }

/** All addresses of a name, in the order in which they are tried. */
export type Resolve = (name: string) => Promise<readonly Address[]>

const notPublic = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  // Carrier-grade NAT.
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local, with the metadata services of clouds.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, and what is reserved above it with the broadcast address.
  ['224.0.0.0', 3],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  // Protocol assignments, with Teredo, which holds an IPv4 address.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4 holds one too.
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv6')
}
const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')

/** Whether a literal address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  // A scope, as in fe80::1%eth0, is never global.
  if (address.includes('%')) return false
  const family = isIP(address)
  if (family === 4) return !notPublic.check(address, 'ipv4')
  return family === 6 && globalUnicast.check(address, 'ipv6') && !notPublic.check(address, 'ipv6')
}

/**
 * The look-up that a connection makes: it connects to what this returns and to nothing else. A name
 * with one address that may not be called is not called at all.
 */
export function checkingLookup(
  resolve: Resolve,
  mayBeCalled: (address: string) => boolean,
): LookupFunction {
  return (name, { all }, callback) => {
    resolve(name).then(
      (addresses) => {
        const [first] = addresses
        if (!first) return callback(new TargetError('its name has no address'), '')
        if (!addresses.every(({ address }) => mayBeCalled(address))) {
          return callback(new TargetError('its address is not public'), '')
        }
        if (all) callback(null, [...addresses])
        else callback(null, first.address, first.family)
      },
      (error) => callback(error, ''),
    )
  }
}
