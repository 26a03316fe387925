/** An answer that is not taken; the text says why, and holds nothing of the answer. */
export class AnswerError extends Error {}
