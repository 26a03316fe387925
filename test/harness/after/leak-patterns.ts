/** What must be found in no table and no log, and how it is recognised in a text. Pure. */

export type Secrets = {
  readonly cardNumbers: ReadonlySet<string>
  readonly passwords: ReadonlySet<string>
  /** SHA-256 of bodies that held a card: base64 without padding, or 64 hexadecimal digits. */
  readonly digests: ReadonlySet<string>
  /** bankCardTokens and authCodes: 32 hexadecimal digits. */
  readonly tokens: ReadonlySet<string>
}

/** Reads the notes of the test worlds, one JSON object a line. */
export function readSecrets(notes: string): Secrets {
  const found = notes
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { kind: string; value: string })
  const ofKind = (kind: string) => found.filter((note) => note.kind === kind)
  return {
    cardNumbers: new Set(ofKind('card-number').map(({ value }) => value)),
    // Shorter ones are wrong guesses of tests, and stand everywhere.
    passwords: new Set(
      ofKind('password')
        .map(({ value }) => value)
        .filter((value) => value.length >= 6),
    ),
    digests: new Set(ofKind('digest').map(({ value }) => value.replace(/=+$/, ''))),
    tokens: new Set(ofKind('token').map(({ value }) => value)),
  }
}

/** Names of what a text gives away; never the value itself, as the report is a log too. */
export function findLeaks(text: string, secrets: Secrets): string[] {
  const leaks = new Set<string>()
  // Numbers may be written in groups, so a space or dash between digits is overlooked.
  for (const [run] of text.matchAll(/\d(?:[ -]?\d){11,}/g)) {
    const digits = run.replace(/\D/g, '')
    for (const number of secrets.cardNumbers) {
      if (digits.includes(number)) leaks.add(`a card number that ends in ${number.slice(-4)}`)
    }
  }
  if (/"(cvv|cvc|otp)\\?"\s*:\s*\\?"?\d{3,8}/i.test(text)) leaks.add('a CVV or password member')
  if (/\b(cvv|cvc|otp)=\d{3,8}/i.test(text)) leaks.add('a CVV or password in a form')
  // The acquirer draws approval codes and counts STANs, each of 6 digits: they may be anything.
  const withoutCodes = text.replace(/"(approval_?code|stan)\\?"\s*:\s*\\?"\d{6}/gi, '')
  for (const [token] of withoutCodes.matchAll(/(?<![\w.])\d{6,16}(?![\w])/g)) {
    if (secrets.passwords.has(token)) leaks.add('a one-time password')
  }
  for (const [token] of text.matchAll(/[A-Za-z0-9+/_-]{43,}/g)) {
    if (hasDigest(token, secrets.digests)) leaks.add('a plain digest of a body that held a card')
  }
  for (const [run] of text.matchAll(/[0-9a-f]{32,}/gi)) {
    if (hasToken(run.toLowerCase(), secrets.tokens)) leaks.add('a token of a bound card')
  }
  if (/SK-[A-Za-z0-9]{8,}/.test(text)) leaks.add('a secret key')
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) leaks.add('a private key')
  return [...leaks]
}

function hasToken(run: string, tokens: ReadonlySet<string>): boolean {
  for (let start = 0; start + 32 <= run.length; start++) {
    if (tokens.has(run.slice(start, start + 32))) return true
  }
  return false
}

function hasDigest(token: string, digests: ReadonlySet<string>): boolean {
  const standard = token.replaceAll('-', '+').replaceAll('_', '/')
  const lower = token.toLowerCase()
  for (let start = 0; start + 43 <= token.length; start++) {
    if (digests.has(standard.slice(start, start + 43))) return true
    if (digests.has(lower.slice(start, start + 64))) return true
  }
  return false
}
