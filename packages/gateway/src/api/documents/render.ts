/** A document as HTML. What its links lead to is there, or is said to be in the sources. */
import { Marked, type Tokens } from 'marked'
import { type Html, html } from '../../platform/html.ts'
import type { Document } from './files.ts'

/**
 * @param isServed whether a path of the repository, such as `docs/guides/snap.md`, can be opened here
 */
export function renderDocument(document: Document, isServed: (path: string) => boolean): Html {
  const marked = new Marked({ gfm: true })
  marked.use({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        // The page has it as its title.
        if (depth === 1 && text === document.title) return ''
        const level = Math.max(depth, 2)
        const content = { html: this.parser.parseInline(tokens) }
        return html`<h${level} id="${anchorOf(text)}">${content}</h${level}>\n`.html
      },
      link({ href, tokens }: Tokens.Link) {
        const content = { html: this.parser.parseInline(tokens) }
        return linkTo(href, content, { from: document, isServed }).html
      },
      // What looks like markup in a document is text of it; a comment is for who edits the file.
      html: ({ text }: Tokens.HTML | Tokens.Tag) =>
        /^<!--.*-->\s*$/s.test(text) ? '' : html`${text}`.html,
      image: ({ text }: Tokens.Image) => html`${text}`.html,
      // Only a table scrolls sideways on a phone, not its page.
      table(token: Tokens.Table) {
        const cells = (row: readonly Tokens.TableCell[], name: 'th' | 'td') =>
          row.map(({ tokens }) => `<${name}>${this.parser.parseInline(tokens)}</${name}>`).join('')
        const rows = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n')
        return `<div class="table" tabindex="0"><table><thead><tr>${cells(token.header, 'th')}</tr></thead>\n<tbody>${rows}</tbody></table></div>\n`
      },
    },
  })
  return { html: marked.parse(document.text, { async: false }) }
}

/** As GitHub makes it: the documents are read there too. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')
}

function linkTo(
  href: string,
  content: Html,
  { from, isServed }: { from: Document; isServed: (path: string) => boolean },
): Html {
  if (/^(https?:|#)/.test(href)) return html`<a href="${href}">${content}</a>`
  const { pathname } = new URL(href, `http://sources/${from.path}`)
  const path = pathname.slice(1)
  return isServed(path)
    ? html`<a href="${href}">${content}</a>`
    : html`${content} (<code>${path}</code> of the sources)`
}
