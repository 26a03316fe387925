/** What the explanation of a refused request says, by the header of its answer. */
import assert from 'node:assert/strict'
import { type Answer, control, type World } from '../../harness/world.ts'

export type Explained = {
  readonly cause: string
  readonly hint: string
  readonly alsoWrong: readonly string[]
  readonly expected: { readonly stringToSign: string }
  readonly received: {
    readonly stringToSign: string | null
    readonly skewSeconds?: number
    readonly headers: Readonly<Record<string, string>>
  }
  readonly firstDifference: {
    readonly in: string
    readonly position: number
    readonly expected: string
    readonly received: string
  } | null
}

/** Follows the header of a refusal. */
export async function explanationOf(world: World, refused: Answer): Promise<Explained> {
  const address = String(refused.headers['gerbang-explain'])
  assert.match(address, /^http:\/\/127\.0\.0\.1:8080\/sandbox\/explain\/[^/]+$/)
  const answer = await control(world, 'GET', new URL(address).pathname)
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

/** The log line of a request, which is written after its answer is out. */
export async function logLineOf(world: World, part: string): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 200; tries++) {
    const line = world.logLines.find((one) => one.includes(part))
    if (line) return JSON.parse(line)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return assert.fail(`no line has ${part}`)
}
