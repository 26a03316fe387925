/**
 * Whether a browser may be sent to a merchant's URL: it goes into a Location header as it is, so it
 * must be an absolute URL in plain ASCII.
 * @param protocols live mode sends browsers to https only
 */
export function isRedirectUrl(text: string, protocols: readonly string[]): boolean {
  return (
    /^[\x21-\x7e]+$/.test(text) && URL.canParse(text) && protocols.includes(new URL(text).protocol)
  )
}

/** What browsers get to the end of, at most. */
export const longestUrl = 2_048
