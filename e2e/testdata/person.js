// How the tests find what a person would point at: by the words on the screen.
// One function of (act, words...) that answers {x, y} or {fault}.
(act, name, group) => {
  const squash = (s) => (s || '').replace(/\s+/g, ' ').trim()
  const seen = (el) => el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length > 0
  const bare = (el) => {
    const copy = el.cloneNode(true)
    for (const hidden of copy.querySelectorAll('.govuk-visually-hidden, [aria-hidden="true"]')) hidden.remove()
    return squash(copy.textContent)
  }
  const names = (el) => [squash(el.textContent), bare(el), squash(el.getAttribute('aria-label'))]

  // The one whose words are these; failing that the one whose words begin so.
  const pick = (found, what) => {
    const exact = found.filter((el) => names(el).includes(name))
    const all = exact.length ? exact : found.filter((el) => names(el).some((n) => n.startsWith(name)))
    const same = all.length > 1 && all[0].href && all.every((el) => el.href === all[0].href)
    if (all.length === 1 || same) return { el: all[0] }
    const there = [...new Set(found.map((el) => names(el)[0]))].slice(0, 60).join(' | ')
    return { fault: `${all.length} times ${what} "${name}"${group ? ` under "${group}"` : ''} among: ${there}` }
  }
  const within = (el) => {
    if (!group) return true
    for (let f = el.closest('fieldset, section, form'); f; f = f.parentElement && f.parentElement.closest('fieldset, section, form')) {
      const title = f.querySelector(':scope > legend, :scope > h1, :scope > h2, :scope > h3')
      if (title && squash(title.textContent).startsWith(group)) return true
    }
    return false
  }
  // Where to press, once it is on the screen and nothing lies over it.
  const point = (el) => {
    el.scrollIntoView({ block: 'center', behavior: 'instant' })
    const r = el.getClientRects()[0]
    const x = r.left + r.width / 2
    const y = r.top + r.height / 2
    const top = document.elementFromPoint(x, y)
    if (!top || !(el.contains(top) || top.contains(el) || (el.labels && [...el.labels].includes(top)))) {
      return { fault: `"${name}" is covered by ${top ? top.outerHTML.slice(0, 120) : 'the edge of the window'}` }
    }
    return { x, y }
  }

  switch (act) {
    case 'press': {
      const found = pick([...document.querySelectorAll('button, a[href], summary, input[type=submit]')].filter(seen).filter(within), 'button or link')
      return found.fault ? found : point(found.el)
    }
    case 'fill': case 'choose': case 'untick': case 'pick': {
      const kinds = { fill: 'input:not([type=radio]):not([type=checkbox]):not([type=hidden]), textarea', choose: '[type=radio], [type=checkbox]', untick: '[type=checkbox]', pick: 'select' }
      const labels = [...document.querySelectorAll('label')].filter((l) => seen(l) && l.control && l.control.matches(kinds[act]) && within(l))
      const found = pick(labels, 'label')
      if (found.fault) return found
      const control = found.el.control
      if (control.disabled) return { fault: `"${name}" is switched off` }
      if (act === 'untick') return control.checked ? point(found.el) : { done: true }
      if (act === 'choose') return control.checked ? { done: true } : point(found.el)
      const where = point(control)
      if (where.fault) return where
      control.focus()
      if (act === 'fill') control.select()
      return { ...where, value: control.value, options: control.options && [...control.options].map((o) => [squash(o.textContent), o.value]) }
    }
    case 'focused': return { value: document.activeElement.value }
    // The value of the control with this label, or whether it is chosen.
    case 'read': {
      const labels = [...document.querySelectorAll('label')].filter((l) => seen(l) && l.control && within(l))
      const found = pick(labels, 'label')
      if (found.fault) return found
      const c = found.el.control
      if (c.matches('[type=radio], [type=checkbox]')) return { value: String(c.checked) }
      return { value: c.matches('select') ? squash(c.selectedOptions[0] && c.selectedOptions[0].textContent) : c.value }
    }
    // Key and value of every fact under the heading that begins with these words.
    case 'facts': {
      const heads = [...document.querySelectorAll('h1, h2, h3, summary, caption')].filter((h) => seen(h) && names(h).some((n) => n.startsWith(name)))
      if (heads.length !== 1) return { fault: `${heads.length} headings begin with "${name}"` }
      const all = [...document.querySelectorAll('h1, h2, h3, dl')].filter(seen)
      const after = all.filter((el) => heads[0].compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING)
      const list = after[0]
      if (!list || list.tagName !== 'DL') return { facts: [] }
      return { facts: [...list.querySelectorAll('dt')].map((dt) => [bare(dt), squash(dt.nextElementSibling && dt.nextElementSibling.innerText)]) }
    }
  }
}
