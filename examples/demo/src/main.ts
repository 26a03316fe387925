/**
 * `npm run demo`: tells the story of one card payment in the terminal; `npm run demo -- kki` that of
 * Kartu Kredit Indonesia.
 */
import { runDemo } from './demo.ts'
import { runKkiDemo } from './kki/demo.ts'
import { tellInTerminal } from './terminal.ts'

const [name, ...more] = process.argv.slice(2)
if (name === undefined) await tellInTerminal(runDemo)
else if (name === 'kki' && more.length === 0) await tellInTerminal(runKkiDemo)
else {
  console.error(
    `There is no demo "${[name, ...more].join(' ')}". There are two:\n` +
      '  npm run demo           a card payment with 3-D Secure\n' +
      '  npm run demo -- kki    Kartu Kredit Indonesia',
  )
  process.exitCode = 1
}
