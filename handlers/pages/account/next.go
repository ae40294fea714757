package account

import (
	"throughline/handlers/pages/frame"
	"throughline/models"
)

// localPath is where to go after signing in, "" for anything that is not one of
// our own pages.
func localPath(next string) string { return frame.LocalPath(next) }

// onward is where signing in leads.
func onward(next string, a models.Actor) string {
	if next != "" {
		return next
	}
	return frame.Landing(a)
}
