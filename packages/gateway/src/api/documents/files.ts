/** The documents of the repository that a running gateway shows, for those who have not its sources. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** From the folder of this file to the repository's. */
const root = new URL('../../../../../', import.meta.url)

/** Sections, each with the documents that its list begins with: the order in which one reads. */
const sections = {
  guides: {
    title: 'Guides',
    first: [
      'first-payment',
      'sandbox',
      'requests',
      'three-d-secure',
      'notifications',
      'snap',
      'kki',
    ],
  },
  reference: { title: 'Lists', first: ['settings', 'errors', 'response-codes', 'states'] },
  operating: { title: 'Operating', first: ['running', 'events', 'connectors'] },
  decisions: { title: 'Decisions', first: [] },
} as const satisfies Record<string, { title: string; first: readonly string[] }>

export type Document = {
  /** Under which it is served, and in the repository: without a slash in front. */
  readonly path: string
  readonly title: string
  /** Markdown. */
  readonly text: string
}

export type Section = { readonly title: string; readonly documents: readonly Document[] }

/** Read once: they change with the program. A gateway that came without them has none. */
export function readSections(): Section[] {
  const made = Object.entries(sections).map(([name, { title, first }]) => {
    const documents = readFolder(`docs/${name}/`)
    const place = ({ path }: Document) => {
      const at = (first as readonly string[]).indexOf(
        path.slice(`docs/${name}/`.length, -'.md'.length),
      )
      return at === -1 ? first.length : at
    }
    return { title, documents: documents.toSorted((one, other) => place(one) - place(other)) }
  })
  return made.filter(({ documents }) => documents.length > 0)
}

function readFolder(path: string): Document[] {
  const folder = new URL(path, root)
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => name.endsWith('.md'))
  return names.sort().map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const [, title = name] = /^# (.+)/m.exec(text) ?? []
    return { path: `${path}${name}`, title, text }
  })
}
