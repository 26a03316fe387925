/** Headers as the frameworks give them: Fetch's Headers, Node's object, or any plain object. */
export type HeaderSource =
  | Headers
  | { readonly [name: string]: string | readonly string[] | undefined }

/** A header by name, in any case. Undefined where it is absent, empty or sent more than once. */
export function headerOf(headers: HeaderSource, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name)?.trim() || undefined
  const found = Object.entries(headers).filter(
    ([key, value]) => key.toLowerCase() === name.toLowerCase() && value !== undefined,
  )
  const values = found.flatMap(([, value]) => value)
  return values.length === 1 ? values[0]?.trim() || undefined : undefined
}
