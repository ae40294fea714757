// Package account draws the pages of signing in and out, and of one's own account.
package account

import "throughline/web/components"

// passkeyKind is what the script is asked to do.
func passkeyKind(isNew bool) string {
	if isNew {
		return "create"
	}
	return "get"
}

// passkeyButton is the look of a button that is not the first thing to do.
func passkeyButton(second bool) components.ButtonKind {
	if second {
		return components.Secondary
	}
	return components.Primary
}
