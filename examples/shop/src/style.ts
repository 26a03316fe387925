/** The shop's one style sheet: light and dark, from a phone to a desk. */
export const css = `
:root { color-scheme: light dark; --ink: #1d2433; --paper: #fff; --ground: #f3f0ea; --line: #d9d4ca;
  --quiet: #5e6472; --accent: #0b6b58; --good: #0b6b58; --bad: #a3262a; --wait: #8a5a00 }
@media (prefers-color-scheme: dark) { :root { --ink: #eceae5; --paper: #22262e; --ground: #16191f;
  --line: #3b414d; --quiet: #a5abb8; --accent: #4cc3a5; --good: #4cc3a5; --bad: #ff8a8d;
  --wait: #f0b95b } }
* { box-sizing: border-box; accent-color: var(--accent) }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5;
  font: 1rem/1.5 system-ui, sans-serif }
header, main, footer { max-width: 34rem; margin: 0 auto; padding: 1rem 1.5rem }
header a { color: inherit; font-weight: 700; font-size: 1.25rem; text-decoration: none }
main { background: var(--paper); border: 1px solid var(--line); border-radius: 1rem;
  padding-block: 1.5rem }
@media (max-width: 34rem) { main { border-radius: 0; border-width: 1px 0 } }
footer { color: var(--quiet); font-size: .875rem }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25 }
fieldset { border: 0; margin: 0 0 1.25rem; padding: 0 }
legend { padding: 0; font-weight: 600; margin-bottom: .5rem }
label { display: block; margin-bottom: .75rem }
.product { display: flex; gap: .75rem; align-items: baseline; padding: .75rem; margin: 0 0 .5rem;
  border: 1px solid var(--line); border-radius: .75rem }
.product span { flex: 1 }
small, .quiet { color: var(--quiet) }
small { display: block }
input:not([type=radio]), select { display: block; width: 100%; padding: .65rem .75rem; font: inherit;
  color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: .5rem }
/* Chromium insets the text of a select by 4 px of its own. */
select { padding-inline: .5rem }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem }
button, .button { display: block; width: 100%; padding: .85rem 1rem; border: 0; border-radius: .6rem;
  background: var(--accent); color: var(--paper); font: inherit; font-weight: 700; cursor: pointer;
  text-align: center; text-decoration: none }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.good { color: var(--good) } .bad { color: var(--bad) } .wait { color: var(--wait) }
.alert { border-left: 4px solid var(--bad); padding: .5rem .75rem; background: var(--ground) }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 1rem 0 1.5rem }
a { color: var(--accent) }
.whole { white-space: nowrap }
dt { color: var(--quiet) } dd { margin: 0; text-align: right; overflow-wrap: anywhere }
`
