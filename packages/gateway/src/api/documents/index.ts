/**
 * GET /docs/guides, /docs/{section}/{name}: the documents, as pages for browsers and as Markdown for all
 * others, with this gateway's own address in their examples; and GET /docs/asyncapi.json.
 */
import type {} from '@fastify/swagger'
import type { FastifyInstance, FastifyReply, FastifySchema } from 'fastify'
import { asyncApi } from '../../events/index.ts'
import { type Html, html } from '../../platform/html.ts'
import { headersOf, joined, page } from '../pages/page.ts'
import { wantsPage } from '../pages/page-routes.ts'
import { type Document, readSections, type Section } from './files.ts'
import { renderDocument } from './render.ts'

export type DocumentsOptions = {
  readonly publicUrl: () => string
  readonly version: string
  /** As KAFKA_TOPIC_PREFIX says. */
  readonly topicPrefix: string
}

/** The address in the examples, as of a gateway without settings. */
const usualUrl = 'http://127.0.0.1:8080'

const asyncApiPath = 'docs/reference/asyncapi.json'

const headers = headersOf({ content: `form-action 'none'`, referrer: 'no-referrer' })

export function registerDocuments(server: FastifyInstance, options: DocumentsOptions): void {
  const schema: FastifySchema = { hide: true }
  const here = (text: string) => text.replaceAll(usualUrl, options.publicUrl())
  const sendPage = (reply: FastifyReply, content: Html) =>
    reply.headers(headers).send(here(content.html))

  server.get('/docs/guides', { schema }, (_request, reply) =>
    sendPage(reply, listPage(library().sections)),
  )
  for (const path of [`/${asyncApiPath}`, '/docs/asyncapi.json']) {
    server.get(path, { schema }, () => asyncApi(options.version, options.topicPrefix))
  }
  type DocumentRoute = { Params: { section: string; name: string } }
  server.get<DocumentRoute>('/docs/:section/:name', { schema }, (request, reply) => {
    const { section, name } = request.params
    const document = library().documents.get(`docs/${section}/${name}`)
    if (!document) return reply.callNotFound()
    // What a cache keeps for a script is no answer for a browser.
    reply.header('Vary', 'Accept')
    return wantsPage(request)
      ? sendPage(reply, rendered(document))
      : reply.type('text/plain; charset=utf-8').send(here(document.text))
  })
}

type Library = {
  readonly sections: readonly Section[]
  /** By path. */
  readonly documents: ReadonlyMap<string, Document>
}

let known: Library | undefined

/** Read when somebody first asks: most gateways are never asked, and a start should not wait for it. */
function library(): Library {
  if (known) return known
  const sections = readSections()
  const all = sections.flatMap(({ documents }) => documents)
  known = { sections, documents: new Map(all.map((one) => [one.path, one])) }
  return known
}

const pages = new Map<string, Html>()

function rendered(document: Document): Html {
  const isServed = (path: string) => library().documents.has(path) || path === asyncApiPath
  const made =
    pages.get(document.path) ?? documentPage(document, renderDocument(document, isServed))
  pages.set(document.path, made)
  return made
}

function documentPage({ title }: Document, content: Html): Html {
  const back = html`<p><a href="../guides">All documents</a> · <a href="../../docs">API reference</a></p>`
  return page('en', title, html`${content}\n${back}`, { isWide: true })
}

function listPage(sections: readonly Section[]): Html {
  const lists = sections.map(
    ({ title, documents }) => html`<h2>${title}</h2>
<ul>${joined(documents.map((one) => html`<li><a href="../${one.path}">${one.title}</a></li>`))}</ul>`,
  )
  return page(
    'en',
    'Documents',
    html`${joined(lists)}
<h2>For programs</h2>
<ul>
<li><a href="../docs">API reference</a>, <a href="json">OpenAPI</a></li>
<li><a href="asyncapi.json">AsyncAPI of the events</a></li>
</ul>`,
    { isWide: true },
  )
}
