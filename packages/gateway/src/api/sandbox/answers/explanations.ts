/** Answers about refusals at the doors (api/explain/explanation.ts). */
import { Type } from 'typebox'
import { instant, orNull } from './members.ts'

const id = Type.String({ description: 'Request-Id, X-EXTERNAL-ID, or one of ours.' })
const cause = Type.String({
  description: 'The mistake, by its name.',
  examples: ['trailing-newline'],
})
const stringToSign = Type.String({ description: 'What is secret in it is masked.' })

export const explanationList = Type.Object({
  explanations: Type.Array(Type.Object({ id, at: instant('Real time.'), cause })),
})

export const explanation = Type.Object({
  cause,
  hint: Type.String({ description: 'What to change.' }),
  alsoWrong: Type.Array(Type.String(), {
    description: 'The names of mistakes that were made beside the cause.',
  }),
  expected: Type.Object({ stringToSign }, { description: 'What should have been signed.' }),
  received: Type.Object(
    {
      method: Type.String({ examples: ['POST'] }),
      path: Type.String({ examples: ['/credit-card/charge'] }),
      headers: Type.Record(Type.String(), Type.String(), {
        description: 'Those that the signature is about.',
      }),
      bodyBytes: Type.Integer({ minimum: 0 }),
      skewSeconds: Type.Optional(
        Type.Number({ description: 'By which the client’s clock is ahead; below zero: behind.' }),
      ),
      stringToSign: orNull(stringToSign),
    },
    { description: 'What came. `stringToSign` is null where it cannot be told what was signed.' },
  ),
  firstDifference: orNull(
    Type.Object(
      {
        in: Type.String({ description: 'The line, part or header.', examples: ['Digest'] }),
        position: Type.Integer({ minimum: 0, description: 'Characters before it.' }),
        expected: Type.String(),
        received: Type.String(),
      },
      { description: 'How both texts go on from where they differ first.' },
    ),
  ),
})
