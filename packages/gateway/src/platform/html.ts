/** HTML with every inserted value escaped, unless it is HTML already. */

export type Html = { readonly html: string }

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function html(parts: TemplateStringsArray, ...values: (string | number | Html)[]): Html {
  const text = parts.reduce((done, part, i) => {
    const value = values[i - 1] ?? ''
    return done + (typeof value === 'object' ? value.html : escapeText(String(value))) + part
  })
  return { html: text }
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character)
}
