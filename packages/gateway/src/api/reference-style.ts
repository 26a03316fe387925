/** What the reference page changes of Swagger UI: its own mark, and room on a phone. */

/** On a phone Swagger UI keeps columns side by side and long words whole, so that pages scroll sideways. */
export const referenceCss = `
.swagger-ui .opblock .opblock-summary-path { max-width: none; word-break: break-word }
.swagger-ui .opblock .opblock-summary-description { overflow-wrap: anywhere }
.swagger-ui pre, .swagger-ui .markdown code, .swagger-ui .renderedMarkdown code {
  white-space: pre-wrap; overflow-wrap: anywhere }
.swagger-ui .info .title { overflow-wrap: anywhere }
@media (max-width: 640px) {
  .swagger-ui .wrapper { padding: 0 .75rem }
  .swagger-ui .info { margin: 1rem 0 }
  .swagger-ui table, .swagger-ui tbody, .swagger-ui tr, .swagger-ui td { display: block;
    width: auto; max-width: 100%; min-width: 0; box-sizing: border-box }
  .swagger-ui thead { display: none }
  .swagger-ui .parameters-container, .swagger-ui .responses-inner { overflow-x: auto }
  .swagger-ui .parameters-col_description { width: auto }
  .swagger-ui .parameters-col_description input, .swagger-ui select { max-width: 100% }
}
`

/** A gate, for gerbang: two posts and a beam. */
export const referenceIcon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">' +
  '<path fill="#0b6b58" d="M1 2h14v3H13v9h-3V5H6v9H3V5H1z"/></svg>'
