/** `npm run example:subscription`: tells the story of a subscription in the terminal. */
import { tellInTerminal } from '@gerbang/example-demo/terminal'
import { runSubscription } from './subscription.ts'

await tellInTerminal(runSubscription)
