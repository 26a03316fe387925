/**
 * The addresses of a name. Node's own way, getaddrinfo, holds one of the two threads that the process
 * has for it until the name's server answers: two names whose servers are silent would keep everybody
 * from every other name. So name servers are asked over sockets (c-ares), which cost no thread and can
 * be given up; what getaddrinfo knows besides, the hosts file and the search list, is read here.
 * Decision 0015.
 */
import { lookup, Resolver } from 'node:dns/promises'
import { type Clock, DeadlineError, rejectsAt, withDeadline } from '../../../primitives/clock.ts'
import type { Address, Resolve } from '../public-addresses.ts'
import { TargetError } from '../target-error.ts'
import { parseHosts, parseSearchList, readWhenChanged, type SearchList } from './system-names.ts'

export type NameLookupDeps = {
  readonly clock: Clock
  readonly hostsFile?: string
  readonly resolverFile?: string
  /** `address:port`; otherwise those of the operating system. */
  readonly servers?: readonly string[]
  readonly timeoutMs?: number
  readonly askSystem?: Resolve
}

/** Leaves something of the 10 s of a delivery, so that it can be said what failed. */
const usualTimeoutMs = 8_000

/** Servers that know one kind of addresses may be silent about the other. */
const otherFamilyMs = 500

const loopback: readonly Address[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/** Look-ups of one name that are wanted at once are one. */
export function createNameLookup(deps: NameLookupDeps): Resolve {
  const { clock, timeoutMs = usualTimeoutMs } = deps
  const { hostsFile = '/etc/hosts', resolverFile = '/etc/resolv.conf' } = deps
  const hosts = readWhenChanged(hostsFile, parseHosts)
  const searchList = readWhenChanged(resolverFile, parseSearchList)
  const askSystem = oneAtATime(deps.askSystem ?? ((name) => lookup(name, { all: true })))
  const underWay = new Map<string, Promise<readonly Address[]>>()

  return (wanted) => {
    const name = wanted.toLowerCase()
    const known = underWay.get(name)
    if (known) return known
    const found = findInTime(name).finally(() => underWay.delete(name))
    underWay.set(name, found)
    return found
  }

  async function findInTime(name: string): Promise<readonly Address[]> {
    try {
      return await withDeadline(clock, timeoutMs, (signal) =>
        Promise.race([find(name, signal), rejectsAt(signal)]),
      )
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error
      throw new TargetError(`no address of its name within ${timeoutMs} ms`)
    }
  }

  async function find(name: string, signal: AbortSignal): Promise<readonly Address[]> {
    const relative = name.replace(/\.$/, '')
    const written = (await hosts()).get(relative)
    if (written) return written
    // RFC 6761: no name server is asked for these.
    if (/(^|\.)localhost$/.test(relative)) return loopback
    const isAbsolute = relative !== name
    const candidates = isAbsolute ? [relative] : candidatesOf(name, await searchList())
    let isCertain = true
    for (const candidate of candidates) {
      const addresses = await askNameServers(deps, candidate, signal)
      if (addresses?.length) return addresses
      isCertain &&= addresses !== undefined
    }
    // Multicast DNS, or this machine itself: no merchant's name server can be behind these names.
    if (/^[^.]+(\.local)?$/.test(relative)) return askSystem(relative, signal)
    throw new LookupError(isCertain ? 'ENOTFOUND' : 'EAI_AGAIN')
  }
}

/** Told by its code, as the errors of getaddrinfo are. */
class LookupError extends Error {
  readonly code: 'ENOTFOUND' | 'EAI_AGAIN'
  constructor(code: 'ENOTFOUND' | 'EAI_AGAIN') {
    super(code)
    this.code = code
  }
}

function candidatesOf(name: string, { domains, ndots }: SearchList): readonly string[] {
  const longer = domains.map((domain) => `${name}.${domain}`)
  return name.split('.').length > ndots ? [name, ...longer] : [...longer, name]
}

/**
 * None where there is no such name, undefined where no server tells. A resolver for each name, because
 * giving up ends all that it asks.
 */
async function askNameServers(
  { clock, servers }: NameLookupDeps,
  name: string,
  signal: AbortSignal,
): Promise<readonly Address[] | undefined> {
  signal.throwIfAborted()
  const resolver = new Resolver()
  if (servers) resolver.setServers(servers)
  const giveUp = () => resolver.cancel()
  signal.addEventListener('abort', giveUp, { once: true })
  const asked = [resolver.resolve4(name), resolver.resolve6(name)]
  const first = Promise.any(asked).then(
    () => clock.startTimer(otherFamilyMs, giveUp),
    () => () => {},
  )
  const answers = await Promise.allSettled(asked)
  const stopTimer = await first
  stopTimer()
  signal.removeEventListener('abort', giveUp)
  // IPv4 first: where a machine has no way out by IPv6, each connection would begin with a wait.
  const addresses = answers.flatMap((answer, index) => {
    const family = index === 0 ? 4 : 6
    return answer.status === 'rejected'
      ? []
      : answer.value.map((address) => ({ address, family }) as const)
  })
  const codes = answers.map((answer) => (answer.status === 'rejected' ? answer.reason.code : ''))
  const isTold = codes.includes('ENOTFOUND') || codes.every((code) => toldCodes.has(code))
  return addresses.length > 0 || isTold ? addresses : undefined
}

/** That a name has no address of this kind, or can have none. */
const toldCodes: ReadonlySet<string> = new Set(['', 'ENODATA', 'EBADNAME'])

/** Of the threads that the whole process looks names up by, this leaves the other one. */
function oneAtATime(
  ask: Resolve,
): (name: string, signal: AbortSignal) => Promise<readonly Address[]> {
  let turn: Promise<unknown> = Promise.resolve()
  return (name, signal) => {
    const asked = turn.then(() => {
      signal.throwIfAborted()
      return ask(name)
    })
    turn = asked.catch(() => {})
    return asked
  }
}
