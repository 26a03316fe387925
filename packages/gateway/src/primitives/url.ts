/** Whether a URL names a user or a password, which then stand wherever the URL is written. */
export function hasCredentials({ username, password }: URL): boolean {
  return username !== '' || password !== ''
}
