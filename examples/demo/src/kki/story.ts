/** What a story of Kartu Kredit Indonesia has: SNAP's client and endpoints instead of the cards'. */
import {
  createSnapClient,
  type KkiNotification,
  type SnapAnswer,
  type SnapClient,
} from '@gerbang/client'
import type { Narrator } from '../narrator.ts'
import type { SandboxCall } from '../sandbox.ts'
import {
  notificationTimeoutMs,
  type OpenStory,
  type StoryOptions,
  type StoryTools,
  tellStoryOf,
} from '../story.ts'
import { expectEqual } from '../wrong-step.ts'
import { type KkiMerchantSite, startKkiMerchantSite } from './merchant-site.ts'

export type KkiStory = {
  readonly narrator: Narrator
  readonly client: SnapClient
  readonly site: KkiMerchantSite
  readonly callSandbox: SandboxCall
  readonly gatewayUrl: string
}

/** As `tellStory`. */
export async function tellKkiStory(
  options: StoryOptions,
  work: (story: KkiStory) => Promise<string>,
): Promise<void> {
  await tellStoryOf(options, openKki, work)
}

async function openKki(tools: StoryTools): Promise<OpenStory<KkiStory>> {
  const { narrator, sandbox, callSandbox, gatewayUrl } = tools
  narrator.step('Read the credentials of the sandbox merchant')
  const credentials = await sandbox.snapCredentials()
  const { clientId, secretKey, privateKey } = credentials
  const client = createSnapClient({
    baseUrl: gatewayUrl,
    clientId,
    secretKey,
    privateKey,
    fetch: showingTokens(narrator),
    timeoutMs: 15_000,
  })
  const site = await startKkiMerchantSite(credentials)
  const { snapTokenUrl, snapNotificationUrl } = site
  return {
    story: { narrator, client, site, callSandbox, gatewayUrl },
    urls: { snapTokenUrl, snapNotificationUrl },
    site,
  }
}

/** The client keeps access tokens to itself: what the gateway answers is shown here. */
function showingTokens(narrator: Narrator): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await narrator.tellingFetch(input, init)
    if (String(input).endsWith('/authorization/v1/access-token/b2b')) {
      narrator.received(String(response.status), await response.clone().json())
    }
    return response
  }
}

/** Tells an answer, which has to have this code. */
export function expectAnswer<Body extends { readonly responseCode: string }>(
  { narrator }: Pick<KkiStory, 'narrator'>,
  responseCode: string,
  answer: SnapAnswer<Body>,
): Body {
  narrator.received(String(answer.status), answer.body)
  expectEqual('responseCode', responseCode, answer.body.responseCode)
  return answer.body
}

/** The verified notification about a payment, a refund or a binding. */
export async function receiveKkiNotification(
  { narrator, site }: Pick<KkiStory, 'narrator' | 'site'>,
  about: Parameters<KkiMerchantSite['notificationOf']>[0],
  latestTransactionStatus: KkiNotification['latestTransactionStatus'],
): Promise<KkiNotification> {
  const notification = await site.notificationOf(about, notificationTimeoutMs)
  if (site.tokensGiven() > 0) {
    narrator.received('POST /snap/token from the gateway, which needs a token of ours')
    narrator.verified('Its signature is verified, and a token is given.')
  }
  narrator.received('POST /snap/notifications from the gateway', notification)
  narrator.verified('Our token and the signature of the notification are verified.')
  expectEqual(
    'latestTransactionStatus',
    latestTransactionStatus,
    notification.latestTransactionStatus,
  )
  return notification
}
