/**
 * The JSON of a file as it stood there, from what is left of it where its line ends were taken out:
 * `curl -d @file` does that. Its indentation is still there and tells where the lines began.
 */
import { longestBody } from './json-writings.ts'

/** What the file may have held; none where nothing is left of lines. */
export function restoredLines(body: Buffer): string[] {
  if (body.length > longestBody) return []
  const text = body.toString('utf8')
  if (/[\r\n]/.test(text)) return []
  const restored = withLines(text)
  if (restored === text) return []
  const windows = restored.replaceAll('\n', '\r\n')
  return [restored, `${restored}\n`, windows, `${windows}\r\n`]
}

/** A string as a whole; a bracket or comma with the blanks behind it; blanks and what closes. */
const tokens = /"(?:[^"\\]|\\.)*"|([[{,])([ \t]*)|([ \t]*)([\]}])/g

function withLines(text: string): string {
  const hasLines: boolean[] = []
  return text.replaceAll(tokens, (token, opens, behind: string, before: string, closes) => {
    if (closes !== undefined) return hasLines.pop() ? `\n${before}${closes}` : token
    if (opens === undefined) return token
    // One blank behind a comma is a habit, two are the beginning of a line.
    const beginsLine = behind.length > 1 || behind === '\t'
    if (opens !== ',') hasLines.push(beginsLine)
    return beginsLine ? `${opens}\n${behind}` : token
  })
}
