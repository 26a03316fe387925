/** `npm run demo`: tells the story of one payment in the terminal. */
import { runDemo } from './demo.ts'
import { tellInTerminal } from './terminal.ts'

await tellInTerminal(runDemo)
