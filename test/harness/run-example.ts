/** An example as its npm script runs it: a process of its own, calling a gateway over HTTP. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after } from 'node:test'

const root = new URL('../../', import.meta.url).pathname

/** Waits for its end: the exit code and everything that it printed. */
export async function runExample(
  name: string,
  gatewayUrl: string,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [`examples/${name}/src/main.ts`], {
    cwd: root,
    env: { ...process.env, GERBANG_URL: gatewayUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  after(() => child.kill())
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  const [code] = await once(child, 'close')
  return { code, output }
}
