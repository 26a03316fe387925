/** Blanks that a literal of several lines brings into a text, or that stand behind a part of it. */
import { withBeginning } from './draft.ts'
import type { Mistake } from './search.ts'

const hint =
  'Blanks or an empty line stand in the text that you sign. A literal of several lines (triple quotes, ' +
  'a here-document) has its first line end and its indentation in it: join the parts instead, and ' +
  'put nothing in front of them or behind.'

const indents = ['    ', '  ', '\t', '        ', '\t\t', '      ', '            ', '\t\t\t', ' ']

/** Of a text of lines. */
export const blanksInLines: Mistake = {
  cause: 'blanks-in-text',
  hint,
  usual: 2,
  variants: function* (draft) {
    yield { ...withBeginning(draft, '\n'), ending: '' }
    yield { ...draft, ending: ' ' }
    yield { ...withBeginning(draft, '\n'), ending: '\n' }
    yield withBeginning(draft, ' ')
    for (const ending of ['', ' ', ' \n']) yield { ...draft, separator: ' \n', ending }
    for (const indent of indents) {
      const separator = `\n${indent}`
      for (const before of ['', '\n', indent, separator]) {
        for (const ending of ['', '\n', `\n${indent}`, `\n${indent.slice(0, indent.length / 2)}`])
          yield { ...withBeginning(draft, before), separator, ending }
      }
    }
  },
}

/** Of a text of one line. */
export const blanksAround: Mistake = {
  cause: 'blanks-in-text',
  hint,
  usual: 2,
  variants: function* (draft) {
    yield { ...draft, ending: ' ' }
    yield withBeginning(draft, '\n')
    yield withBeginning(draft, ' ')
    yield { ...withBeginning(draft, '\n'), ending: '\n' }
    yield { ...withBeginning(draft, ' '), ending: ' ' }
  },
}
