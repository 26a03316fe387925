/** `npm run example:hotel`: tells the story of three bookings in the terminal. */
import { tellInTerminal } from '@gerbang/example-demo/terminal'
import { runHotel } from './hotel.ts'

await tellInTerminal(runHotel)
