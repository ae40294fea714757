// The way out of the pages that a code opens. None of it is needed: the button
// is a form, and the page says no more than what stands on it.
const form = document.querySelector('form[data-exit]')

// leave takes the page away at once, ends the session, and puts another page in
// the place of this one, so that going back does not lead here.
function leave () {
  document.documentElement.hidden = true
  navigator.sendBeacon(form.action, new URLSearchParams())
  window.location.replace(form.dataset.exit)
}

if (form) {
  form.addEventListener('submit', event => {
    event.preventDefault()
    leave()
  })

  // Shift three times within five seconds, and no other key between.
  let pressed = []
  let alone = false
  document.addEventListener('keydown', event => { alone = event.key === 'Shift' })
  document.addEventListener('keyup', event => {
    if (event.key !== 'Shift' || !alone) {
      pressed = []
      return
    }
    const now = Date.now()
    pressed = pressed.filter(at => now - at < 5000)
    pressed.push(now)
    if (pressed.length === 3) leave()
  })
  for (const note of document.querySelectorAll('[data-needs-script]')) note.hidden = false
}

// What a browser keeps of a page to go back to it quickly is empty, and is
// fetched anew: by then the session may be over.
window.addEventListener('pagehide', () => { document.documentElement.hidden = true })
window.addEventListener('pageshow', event => {
  if (event.persisted) window.location.reload()
  else document.documentElement.hidden = false
})
