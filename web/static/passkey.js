// Asks the browser for a passkey and sends what it answers as a form, so that
// the page after is the server's to choose. The forms are hidden until this file
// finds that the browser knows passkeys.
const known = typeof PublicKeyCredential === 'function' && navigator.credentials

if (known) {
  for (const note of document.querySelectorAll('[data-no-passkey]')) note.hidden = true
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false
    form.addEventListener('submit', (event) => {
      if (form.elements.credential.value) return
      event.preventDefault()
      ask(form)
    })
  }
}

// ask gets a challenge, has it signed, and sends the form on.
async function ask (form) {
  const said = form.querySelector('[data-passkey-said]')
  const button = form.querySelector('button')
  said.hidden = true
  button.disabled = true
  try {
    const answer = await fetch(form.dataset.passkeyOptions, { method: 'POST', headers: { Accept: 'application/json' }, redirect: 'error' })
    if (!answer.ok) throw new Error('refused')
    const { token, options } = await answer.json()
    const credential = form.dataset.passkey === 'create'
      ? await navigator.credentials.create({ publicKey: creation(options) })
      : await navigator.credentials.get({ publicKey: request(options) })
    form.elements.challenge.value = token
    form.elements.credential.value = JSON.stringify(plain(credential))
    form.submit()
  } catch (fault) {
    button.disabled = false
    said.hidden = false
    said.textContent = fault.name === 'InvalidStateError'
      ? 'This device has a passkey for your account already.'
      : 'That did not work, or was stopped. Try again, or use another way.'
  }
}

function bytes (text) {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0))
}

function text (buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

function creation (options) {
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials || []).map((one) => ({ ...one, id: bytes(one.id) }))
  }
}

function request (options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: (options.allowCredentials || []).map((one) => ({ ...one, id: bytes(one.id) })) }
}

// plain is a credential as the server reads it.
function plain (credential) {
  const from = credential.response
  const response = { clientDataJSON: text(from.clientDataJSON) }
  if (from.attestationObject) {
    response.attestationObject = text(from.attestationObject)
    if (from.getTransports) response.transports = from.getTransports()
  } else {
    response.authenticatorData = text(from.authenticatorData)
    response.signature = text(from.signature)
    if (from.userHandle) response.userHandle = text(from.userHandle)
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: credential.getClientExtensionResults() }
}
