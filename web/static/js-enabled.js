// Runs before the page is drawn, so that what script will reveal is hidden at once.
document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' govuk-frontend-supported' : '')
