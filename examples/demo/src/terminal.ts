/**
 * Tells a story in the terminal. GERBANG_URL names the gateway, GERBANG_SANDBOX_TOKEN is its token
 * where it wants one. The exit code is 0 only where every step was right.
 */
import { styleText } from 'node:util'
import {
  GerbangConnectionError,
  GerbangError,
  GerbangSignatureError,
  GerbangSnapError,
} from '@gerbang/client'
import type { Tone } from './narrator.ts'
import type { StoryOptions } from './story.ts'
import { NoGateway, TokenWanted, WrongStep } from './wrong-step.ts'

const styles: Record<Tone | 'bad', Parameters<typeof styleText>[0]> = {
  heading: ['bold', 'cyan'],
  plain: 'reset',
  faint: 'dim',
  good: 'green',
  bad: ['bold', 'red'],
}

/** Colour only where a person looks: styleText respects NO_COLOR and streams that are no terminal. */
function print(text: string, tone: Tone | 'bad' = 'plain'): void {
  console.log(styleText(styles[tone], text, { stream: process.stdout }))
}

export async function tellInTerminal(tell: (options: StoryOptions) => Promise<void>) {
  const gatewayUrl = process.env['GERBANG_URL'] ?? 'http://127.0.0.1:8080'
  const sandboxToken = process.env['GERBANG_SANDBOX_TOKEN']
  const interruption = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => interruption.abort(new Error('interrupted')))
  }
  try {
    await tell({ gatewayUrl, print, signal: interruption.signal, sandboxToken })
  } catch (error) {
    if (interruption.signal.aborted) {
      print('\n✗ Interrupted.', 'bad')
      // What was under way is not waited for. 130: ended by Ctrl-C, as shells tell it.
      process.exit(130)
    }
    print(`\n✗ ${messageOf(error)}`, 'bad')
    const isRefusal = error instanceof GerbangError || error instanceof GerbangSnapError
    if (isRefusal && error.hint) print(`  ${error.hint}`)
    process.exitCode = 1
  }
}

/** The stack only where the story itself is broken. */
function messageOf(error: unknown): string {
  const isForPeople = [WrongStep, NoGateway, TokenWanted].some((kind) => error instanceof kind)
  if (isForPeople && error instanceof Error) return error.message
  if (error instanceof GerbangError) {
    return `Refused with ${error.httpStatus} ${error.code}: ${error.message}`
  }
  if (error instanceof GerbangSnapError) {
    return `Refused with ${error.responseCode}: ${error.message}`
  }
  const isAnswer = error instanceof GerbangConnectionError || error instanceof GerbangSignatureError
  return isAnswer ? error.message : String((error instanceof Error && error.stack) || error)
}
