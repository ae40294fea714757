#!/bin/sh
# Rebuilds web/static/app.css from the sources beside this file and copies the
# GOV.UK Frontend module. Needs Node; the results are committed, so building and
# running Throughline never does.
set -eu
cd "$(dirname "$0")"
trap 'rm -rf node_modules' EXIT
npm ci --ignore-scripts --no-audit --no-fund
out=../static
./node_modules/.bin/sass --no-source-map --style=compressed --charset \
  --quiet-deps --load-path=. --load-path=node_modules app.scss "$out/app.css"
# The module ends with the name of a source map that is not shipped.
sed 's|//# sourceMappingURL=.*$||' node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js > "$out/govuk-frontend.min.js"
# Every picture the stylesheet names, and no other, comes from MoJ Frontend.
for picture in $(grep -o 'url([^)]*)' "$out/app.css" | sed 's/url(//;s/)//' | sort -u); do
  cp "node_modules/@ministryofjustice/frontend/moj/assets/images/$picture" "$out/$picture"
done
# What GOV.UK Frontend says its components look like, for the tests of ours.
mkdir -p ../components/testdata
node fixtures.mjs
