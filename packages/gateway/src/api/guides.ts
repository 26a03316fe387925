/** The guides of the docs folder, for those who have a running gateway and not its sources. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type {} from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { html } from '../platform/html.ts'

const folder = new URL('../../../../docs/guides/', import.meta.url)

/** A list of them, and each as it was written: Markdown, which a browser shows as plain text. */
export function registerGuides(server: FastifyInstance): void {
  const schema: FastifySchema = { hide: true }
  const guides = new Map(readGuides().map((guide) => [guide.name, guide]))
  const list = guidesPage([...guides.values()])
  server.get('/docs/guides', { schema }, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('Content-Security-Policy', "default-src 'none'")
      .send(list),
  )
  server.get<{ Params: { name: string } }>('/docs/guides/:name', { schema }, (request, reply) => {
    const guide = guides.get(request.params.name)
    if (!guide) return reply.callNotFound()
    return reply.type('text/plain; charset=utf-8').send(guide.text)
  })
}

type Guide = { readonly name: string; readonly title: string; readonly text: string }

function readGuides(): Guide[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => name.endsWith('.md'))
  return names.sort().map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const [, title = name] = /^# (.+)/.exec(text) ?? []
    return { name, title, text }
  })
}

function guidesPage(guides: readonly Guide[]): string {
  const items = guides.map(
    ({ name, title }) => html`<li><a href="/docs/guides/${name}">${title}</a></li>`.html,
  )
  return html`<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Guides · Gerbang</title>
<h1>Guides</h1>
<ul>${{ html: items.join('') }}</ul>
<p><a href="/docs">API reference</a></p></html>
`.html
}
