// Copies the fixtures of the components we have, without what the tests do not read.
import { readFileSync, writeFileSync } from 'node:fs'

const from = 'node_modules/govuk-frontend/dist/govuk/components'
const components = [
  'back-link', 'breadcrumbs', 'button', 'character-count', 'checkboxes', 'date-input', 'details', 'error-message',
  'error-summary', 'fieldset', 'hint', 'input', 'inset-text', 'label', 'notification-banner', 'pagination', 'panel',
  'phase-banner', 'radios', 'select', 'summary-list', 'table', 'tag', 'task-list', 'textarea', 'warning-text'
]
for (const name of components) {
  const { fixtures } = JSON.parse(readFileSync(`${from}/${name}/fixtures.json`, 'utf8'))
  const lines = fixtures.map(({ name, options, html }) => '  ' + JSON.stringify({ name, options, html }))
  writeFileSync(`../components/testdata/${name}.json`, '[\n' + lines.join(',\n') + '\n]\n')
}
