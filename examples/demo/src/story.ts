/**
 * What every story of the examples has: the sandbox merchant's credentials, a client that tells what
 * it sends, the merchant's own server, and steps that end the story where one is wrong.
 */
import { type Client, createClient, GerbangError, type TransactionReport } from '@gerbang/client'
import { type MerchantSite, startMerchantSite } from './merchant-site.ts'
import { createNarrator, type Narrator, type Print } from './narrator.ts'
import { createSandbox, type Sandbox } from './sandbox.ts'
import { expectEqual, WrongStep } from './wrong-step.ts'

export type StoryOptions = {
  readonly gatewayUrl: string
  readonly print: Print
  readonly signal?: AbortSignal
  readonly sandboxToken?: string | undefined
}

export type Story = {
  readonly narrator: Narrator
  readonly client: Client
  readonly site: MerchantSite
  readonly sandbox: Sandbox
}

/** The gateway sends a notification at once; it may be busy. */
const notificationTimeoutMs = 15_000

/**
 * Tells a whole story, which ends with the summary that the work gives, and leaves the sandbox
 * merchant's settings as they were, also where the signal ends it.
 * @throws WrongStep saying what was expected and what came; the errors of @gerbang/client; the
 * signal's reason
 */
export async function tellStory(
  options: StoryOptions,
  work: (story: Story) => Promise<string>,
): Promise<void> {
  const { signal = new AbortController().signal } = options
  const narrator = createNarrator(options.print)
  const sandbox = createSandbox(options.gatewayUrl, narrator, options.sandboxToken)

  narrator.step('Read the credentials of the sandbox merchant')
  const credentials = await sandbox.credentials()
  const client = createClient({
    ...credentials,
    baseUrl: options.gatewayUrl,
    fetch: narrator.tellingFetch,
    timeoutMs: 15_000,
  })
  const site = await startMerchantSite(credentials)
  const story = { narrator, client, site, sandbox }
  try {
    narrator.done(await withNotifications(story, signal, () => work(story)))
  } finally {
    await site.close()
  }
}

/** Runs the work while notifications go to the site; puts the merchant's setting back after it. */
async function withNotifications<Result>(
  { sandbox, narrator, site }: Story,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  narrator.step('Open the merchant’s own server and have notifications sent there')
  const former = await sandbox.notificationUrl()
  try {
    await sandbox.setNotificationUrl(site.notificationUrl)
    return await Promise.race([work(), abortion(signal)])
  } finally {
    narrator.step('Put the merchant’s notification URL back as it was')
    // What went wrong in the story is the news, not that this fails after it as well.
    await sandbox.setNotificationUrl(former).catch((error) => narrator.note(String(error)))
  }
}

/** Rejects when the signal is given; otherwise it never ends. */
function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(signal.reason)
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
  })
}

/** The verified notification that says so of an invoice. */
export async function receiveNotification(
  { narrator, site }: Pick<Story, 'narrator' | 'site'>,
  invoiceNumber: string,
  status: TransactionReport['transaction']['status'],
): Promise<TransactionReport> {
  const result = await site.notificationOf({ invoiceNumber, status }, notificationTimeoutMs)
  if (!result.ok) {
    throw new WrongStep('the notification', 'a signature that verifies', result.reason)
  }
  narrator.received('POST /notifications from the gateway', result.notification)
  narrator.verified('The signature of the notification is verified.')
  return result.notification
}

/** Makes a call that the gateway has to refuse with this message. */
export async function expectRefusal(
  { narrator }: Pick<Story, 'narrator'>,
  message: string,
  call: () => Promise<unknown>,
): Promise<void> {
  const refusal = await call().then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof GerbangError) return error
      throw error
    },
  )
  expectEqual('the refusal', message, refusal?.message)
  narrator.received(`${refusal?.httpStatus}`, refusal?.body)
  if (refusal?.hint) narrator.note(refusal.hint)
}

/** MMYY of a card that is good for two years more, by the sandbox's clock. */
export function expiryAfter(now: Date): string {
  return `12${String((now.getUTCFullYear() + 2) % 100).padStart(2, '0')}`
}
