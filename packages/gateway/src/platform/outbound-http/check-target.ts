import { isIP } from 'node:net'
import { hasCredentials } from '../../primitives/url.ts'
import { isPublicAddress } from './public-addresses.ts'
import { TargetError } from './target-error.ts'

/** `public`: https only, and no address of this machine or of a private network (live mode). */
export type Targets = 'any' | 'public'

/**
 * The URL, if it may be called. A literal address is never looked up, so it is checked here, in the
 * one form that URL gives it.
 */
export function checkTarget(text: string, targets: Targets): URL {
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol)) throw new TargetError('the URL is not http or https')
  if (hasCredentials(url)) throw new TargetError('the URL has a user name or a password')
  if (targets === 'any') return url
  if (url.protocol !== 'https:') throw new TargetError('the URL is not https')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) && !isPublicAddress(host)) throw new TargetError('its address is not public')
  return url
}
