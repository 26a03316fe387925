/** Holding an answer against a sample of the seed. */
import assert from 'node:assert/strict'

/** Every member of the sample is in the answer, with a value of the same kind. */
export function assertLike(sample: unknown, answer: unknown, path = 'the answer'): void {
  if (Array.isArray(sample)) {
    assert.ok(Array.isArray(answer), `${path} is no list`)
    for (const item of sample) {
      const twin = answer.find((candidate) => candidate.name === item.name)
      assertLike(item, twin, `${path}[${item.name}]`)
    }
  } else if (typeof sample === 'object' && sample !== null) {
    assert.equal(typeof answer, 'object', `${path} is missing`)
    for (const [name, value] of Object.entries(sample)) {
      assertLike(value, (answer as Record<string, unknown>)[name], `${path}.${name}`)
    }
  } else assert.equal(typeof answer, typeof sample, path)
}
