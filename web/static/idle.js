// Says two minutes before a session ends for want of use, and saves the work
// when it does. Without script the server keeps what is sent too late; this adds
// the warning, and clears the screen.
const dialog = document.querySelector('dialog[data-idle]')
const minutes = dialog ? Number(dialog.dataset.idle) : 0
const warnBefore = 120 // seconds
const endBefore = 45 // seconds: the server may count from half a minute earlier
let warning = 0
let ending = 0

if (minutes > 0 && dialog.showModal) {
  const shared = 'idle:used'
  begin()
  // Another tab of this browser is the same session: using one is using all.
  try {
    localStorage.setItem(shared, String(Math.random()))
    window.addEventListener('storage', (event) => { if (event.key === shared) begin() })
  } catch { /* storage is switched off: each tab counts alone */ }
  dialog.querySelector('[data-idle-stay]').addEventListener('click', () => stay(shared))
  dialog.addEventListener('cancel', (event) => { event.preventDefault(); stay(shared) })
}

function begin () {
  clearTimeout(warning)
  clearTimeout(ending)
  if (dialog.open) dialog.close()
  warning = setTimeout(() => dialog.showModal(), (minutes * 60 - warnBefore) * 1000)
  ending = setTimeout(end, (minutes * 60 - endBefore) * 1000)
}

async function stay (shared) {
  try {
    const answer = await fetch('/account/stay', { method: 'POST', redirect: 'error' })
    if (!answer.ok) return
    begin()
    try { localStorage.setItem(shared, String(Math.random())) } catch { /* as above */ }
  } catch { /* there is no connection: the end comes, and what is typed is kept here */ }
}

// end puts aside what was typed into the page's own form, and signs out.
async function end () {
  const form = document.querySelector('main form[method=post]')
  if (form && changed(form)) {
    const typed = new URLSearchParams(new FormData(form))
    typed.append('kept_path', new URL(form.action).pathname)
    try { await fetch('/account/keep', { method: 'POST', body: typed, redirect: 'error' }) } catch { return }
  }
  dialog.querySelector('form').submit()
}

function changed (form) {
  return [...form.elements].some((one) => {
    if (one.type === 'radio' || one.type === 'checkbox') return one.checked !== one.defaultChecked
    if (one.tagName === 'SELECT') return [...one.options].some((option) => option.selected !== option.defaultSelected)
    return one.type !== 'hidden' && 'defaultValue' in one && one.value !== one.defaultValue
  })
}
