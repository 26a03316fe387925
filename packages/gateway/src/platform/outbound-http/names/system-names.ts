/** What the operating system's files say of names: hosts(5) and the search list of resolv.conf(5). */
import { readFile, stat } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { Address } from '../public-addresses.ts'

export type Hosts = ReadonlyMap<string, readonly Address[]>

/** Domains that are tried behind a name; before the name itself where that has fewer dots than `ndots`. */
export type SearchList = { readonly domains: readonly string[]; readonly ndots: number }

/** Every line of a name counts, as `getaddrinfo` does it. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, Address[]>()
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    const family = isIP(address)
    if (family === 0) continue
    for (const name of names.map((one) => one.toLowerCase())) {
      const addresses = hosts.get(name)
      if (addresses) addresses.push({ address, family })
      else hosts.set(name, [{ address, family }])
    }
  }
  return hosts
}

/** The last of several lines counts; `domain` is a list of one. */
export function parseSearchList(text: string): SearchList {
  let domains: readonly string[] = []
  let ndots = 1
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/)
    if (keyword === 'search') domains = values
    if (keyword === 'domain') domains = values.slice(0, 1)
    if (keyword !== 'options') continue
    for (const value of values) ndots = Number(/^ndots:(\d{1,2})$/.exec(value)?.[1] ?? ndots)
  }
  return { domains: domains.map((one) => one.replace(/^\.+|\.+$/g, '')).filter(Boolean), ndots }
}

/** A file's content, parsed again when the file has changed: containers write it while they run. */
export function readWhenChanged<T>(path: string, parse: (text: string) => T): () => Promise<T> {
  let known: { readonly version: string; readonly value: T } | undefined
  return async () => {
    // Where there is no such file it says nothing.
    const found = await stat(path).catch(() => undefined)
    const version = found ? `${found.ino} ${found.size} ${found.mtimeMs}` : ''
    if (known?.version !== version) {
      known = { version, value: parse(found ? await readFile(path, 'utf8').catch(() => '') : '') }
    }
    return known.value
  }
}
