// Loaded before any TypeScript, so that an old Node.js says what is wrong instead of a syntax error.
const needed = 24
const major = Number(process.versions.node.split('.')[0])
if (major < needed) {
  console.error(
    `\nGerbang runs on Node.js ${needed} or newer; this is ${process.versions.node}.\n` +
      'On Linux (x64, arm64) `npm ci` brings the right one along: run it first, then use the npm\n' +
      `scripts. On other systems install Node.js ${needed} (https://nodejs.org).\n`,
  )
  process.exit(1)
}

// What was stripped of its types and compiled once is kept: the next start is faster, and does without
// the stripper's 15 MB. Where it cannot be written there is none. The folder is no secret and no state.
const { enableCompileCache } = await import('node:module')
enableCompileCache?.(new URL('../node_modules/.cache/compile', import.meta.url).pathname)
