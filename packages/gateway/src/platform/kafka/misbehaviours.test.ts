/** Whatever listens where a broker should: a send to it fails, with a password and TLS or without. */
import { suite, test } from 'node:test'
import { sasl, testSender } from '../../../../../test/harness/failing-sender.ts'
import {
  type Misbehaviour,
  misbehaviours,
  startFakeBroker,
} from '../../../../../test/harness/fake-broker.ts'

const tls = { ca: undefined }

for (const how of Object.keys(misbehaviours) as Misbehaviour[]) {
  // Each waits for seconds, and for nobody.
  suite(`where a broker ${how}`, { concurrency: 4 }, () => {
    for (const [what, settings] of [
      ['nothing', {}],
      ['a password', { sasl }],
      ['TLS', { tls }],
      ['a password and TLS', { sasl, tls }],
    ] as const) {
      test(`a send with ${what} fails`, async () => {
        const { address } = await startFakeBroker(how)
        await testSender(address, settings).failure()
      })
    }
  })
}
