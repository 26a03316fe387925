/**
 * What every story of the examples has: the sandbox merchant's credentials, a client that tells what
 * it sends, the merchant's own server, and steps that end the story where one is wrong.
 */
import { type Client, createClient, GerbangError, type TransactionReport } from '@gerbang/client'
import { type MerchantSite, startMerchantSite } from './merchant-site.ts'
import { createNarrator, type Narrator, type Print } from './narrator.ts'
import {
  createSandbox,
  createSandboxCall,
  type MerchantUrls,
  readClock,
  type Sandbox,
  type SandboxCall,
} from './sandbox.ts'
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
  /** By the sandbox's clock. */
  readonly beganAt: Date
}

/** The gateway sends a notification at once; it may be busy. */
export const notificationTimeoutMs = 15_000

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
  await tellStoryOf(options, openCards, work)
}

async function openCards(tools: StoryTools): Promise<OpenStory<Story>> {
  const { narrator, sandbox, gatewayUrl, beganAt } = tools
  narrator.step('Read the credentials of the sandbox merchant')
  const credentials = await sandbox.credentials()
  const client = createClient({
    ...credentials,
    baseUrl: gatewayUrl,
    fetch: narrator.tellingFetch,
    timeoutMs: 15_000,
  })
  const site = await startMerchantSite(credentials)
  const { notificationUrl } = site
  return { story: { narrator, client, site, sandbox, beganAt }, urls: { notificationUrl }, site }
}

export type StoryTools = {
  readonly narrator: Narrator
  readonly sandbox: Sandbox
  readonly callSandbox: SandboxCall
  readonly gatewayUrl: string
  readonly beganAt: Date
}

export type OpenStory<AnyStory> = {
  readonly story: AnyStory
  /** Set while the story is told. */
  readonly urls: MerchantUrls
  readonly site: { close(): Promise<void> }
}

/** A story of any dialect; as `tellStory`. */
export async function tellStoryOf<AnyStory>(
  options: StoryOptions,
  open: (tools: StoryTools) => Promise<OpenStory<AnyStory>>,
  work: (story: AnyStory) => Promise<string>,
): Promise<void> {
  const { gatewayUrl, print, sandboxToken, signal = new AbortController().signal } = options
  const narrator = createNarrator(print)
  const callSandbox = createSandboxCall(gatewayUrl, narrator, sandboxToken)
  const sandbox = createSandbox(callSandbox, narrator)
  // No step of the story, so that nothing is told of it where the clock is right.
  const unheard = createNarrator(() => {})
  const clock = await readClock(createSandboxCall(gatewayUrl, unheard, sandboxToken), gatewayUrl)
  if (clock.warning !== undefined) print(clock.warning)
  const tools = { narrator, sandbox, callSandbox, gatewayUrl, beganAt: clock.now }
  const { story, urls, site } = await open(tools)
  try {
    const summary = await withUrls(tools, urls, () => Promise.race([work(story), abortion(signal)]))
    narrator.done(summary)
  } finally {
    await site.close()
  }
}

/** Runs the work while the merchant is told at these URLs; puts the former ones back after it. */
async function withUrls<Result>(
  { sandbox, narrator }: StoryTools,
  urls: MerchantUrls,
  work: () => Promise<Result>,
): Promise<Result> {
  narrator.step('Open the merchant’s own server and have notifications sent there')
  const former = await sandbox.urls(urls)
  try {
    await sandbox.setUrls(urls)
    return await work()
  } finally {
    narrator.step('Put the merchant’s URLs back as they were')
    // What went wrong in the story is the news, not that this fails after it as well.
    await sandbox.setUrls(former).catch((error) => narrator.note(String(error)))
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
