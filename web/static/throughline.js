// What script adds to Throughline. No act needs it: see ux.md, principle 10.
import { createAll, Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink } from './govuk-frontend.min.js'
import './passkey.js'
import './idle.js'

// A radio button may not say aria-expanded (ARIA 1.2), which GOV.UK Frontend gives
// one that reveals a question. The question follows it in the page either way.
class QuietRadios extends Radios {
  syncConditionalRevealWithInputState (input) {
    super.syncConditionalRevealWithInputState(input)
    input.removeAttribute('aria-expanded')
  }
}

for (const part of [Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, QuietRadios, SkipLink]) createAll(part)

leaveFaultsOutOfHistory()
rememberDetails()
openForPrint()
copyButtons()
if (document.body.hasAttribute('data-shortcuts')) shortcuts()

// A page with faults is the answer to a form that was sent, and going back to it
// would ask to send that again. Its place in the history becomes that of the
// page itself, which shows what was kept.
function leaveFaultsOutOfHistory () {
  if (document.querySelector('.govuk-error-summary')) history.replaceState(null, '', location.href)
}

// A details element with data-remember stays as it was left, on this tab only:
// the name is a word of ours, never anything about a person.
function rememberDetails () {
  for (const details of document.querySelectorAll('details[data-remember]')) {
    const key = 'details:' + details.dataset.remember
    try {
      const kept = sessionStorage.getItem(key)
      if (kept) details.open = kept === 'open'
      details.addEventListener('toggle', () => sessionStorage.setItem(key, details.open ? 'open' : 'shut'))
    } catch { return } // storage is switched off
  }
}

// Paper shows everything, and afterwards the page is as it was.
function openForPrint () {
  let opened = []
  window.addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details:not([open])')]
    for (const details of opened) details.open = true
  })
  window.addEventListener('afterprint', () => {
    for (const details of opened) details.open = false
  })
  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => window.print())
  }
}

// A hidden button with data-copy appears and copies that reference.
function copyButtons () {
  if (!navigator.clipboard) return
  for (const button of document.querySelectorAll('button[data-copy]')) {
    const said = button.nextElementSibling
    button.hidden = false
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy)
      if (said) said.textContent = 'Copied'
    })
  }
}

// One key, or two in a row, as the elements of this page name them in data-keys.
// A link is followed, unless it is dressed as a button; a button only gets the
// focus. Nothing happens inside a control, or with a modifier held.
function shortcuts () {
  const targets = new Map()
  for (const element of document.querySelectorAll('[data-keys]')) {
    if (element.dataset.keys && !targets.has(element.dataset.keys)) targets.set(element.dataset.keys, element)
  }
  let first = ''
  let forget = 0
  document.addEventListener('keydown', (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === 'KeyS') {
      const save = targets.get('alt+s')
      if (save) { event.preventDefault(); save.click() }
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (answer(event)) return
    if (event.target.closest('input, textarea, select, [contenteditable]')) return
    if (event.key === 'j' || event.key === 'k') return step(event.key === 'j' ? 1 : -1)
    const both = first ? first + ' ' + event.key : event.key
    const found = targets.get(both) || targets.get(event.key)
    clearTimeout(forget)
    first = [...targets.keys()].some((keys) => keys.startsWith(event.key + ' ')) ? event.key : ''
    forget = setTimeout(() => { first = '' }, 1500)
    if (!found) return
    first = ''
    event.preventDefault()
    if (found.matches('a') && found.getAttribute('role') !== 'button') found.click()
    else found.focus()
  })
}

// j and k walk the rows of a list; Enter opens one, as it does any link.
function step (by) {
  const rows = [...document.querySelectorAll('[data-row]')]
  const next = rows.indexOf(document.activeElement) + by
  if (rows[next]) rows[next].focus()
}

// 1 to 4 answer the review question that has the focus.
function answer (event) {
  const question = event.target.closest('.tl-score')
  if (!question || event.target.matches('textarea, input[type=text]') || !/^[1-4]$/.test(event.key)) return false
  const choice = question.querySelectorAll('input[type=radio]')[Number(event.key) - 1]
  if (choice) { choice.checked = true; choice.focus() }
  return Boolean(choice)
}
