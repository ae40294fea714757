package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/middleware"
	accountpages "throughline/handlers/pages/account"
	statuspages "throughline/handlers/pages/status"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/web/components"
	"throughline/web/pages/errors"
)

// page answers a person. Whoever is signed out is sent to sign in.
func (f *failures) page(c *gin.Context, e *models.Error) {
	if statuspages.Is(c.Request.URL.Path) { // says nothing of what it belongs to
		if err := statuspages.Broken(c, statusOf(e)); err != nil {
			c.Status(http.StatusInternalServerError)
		}
		return
	}
	if e.Code == models.CodeUnauthenticated {
		_ = f.keep(c)
		render.See(c, toSignIn(c))
		return
	}
	if models.NeedsStepUp(e) {
		render.See(c, f.first(c, accountpages.ToConfirm))
		return
	}
	if models.NeedsConduct(e) {
		render.See(c, f.first(c, accountpages.ToConduct))
		return
	}
	if path := models.AsksConflict(e); path != "" {
		if c.Request.Method == http.MethodGet {
			path += "?" + url.Values{"next": {c.Request.URL.RequestURI()}}.Encode()
		}
		render.See(c, path)
		return
	}
	heading, next := words(e.Code)
	v := errors.View{Meta: f.frame.Meta(c, heading, ""), Heading: heading, Text: e.Message, Next: next}
	for _, field := range e.Fields {
		v.Details = append(v.Details, field.Message)
	}
	if e.Code == models.CodeInternal {
		v.Text, v.Details = "Something went wrong here, not with what you typed. Nothing was saved.", nil
		v.Reference = reference(models.RequestFrom(c.Request.Context()).ID)
	}
	if err := render.Page(c, statusOf(e), errors.Page(v)); err != nil {
		f.log.ErrorContext(c.Request.Context(), "the page for a failure could not be drawn", "cause", err.Error())
		c.Data(http.StatusInternalServerError, "text/plain; charset=utf-8", []byte("Something went wrong here. Reference "+v.Reference+"\n"))
	}
}

// keep puts aside what was typed into a form that could not be taken, and
// returns its id; none where there was no form, or it could not be put aside.
func (f *failures) keep(c *gin.Context) uuid.UUID {
	if c.Request.Method != http.MethodPost || c.ContentType() != "application/x-www-form-urlencoded" || c.Request.ParseForm() != nil ||
		strings.HasPrefix(c.Request.URL.Path, "/sign") || strings.HasPrefix(c.Request.URL.Path, "/account/") {
		return uuid.Nil
	}
	ended, _ := middleware.SessionOf(c)
	id, err := f.people.Keep(c.Request.Context(), ended, c.Request.URL.Path, c.Request.PostForm)
	if err != nil {
		f.log.ErrorContext(c.Request.Context(), "a form could not be kept", "cause", cause(known(err)))
		return uuid.Nil
	}
	return id
}

// first is where somebody goes who must do something else first, such as prove
// who they are: from there back to the page they asked for, or to what they had
// typed.
func (f *failures) first(c *gin.Context, to func(next string) string) string {
	if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
		return to(c.Request.URL.RequestURI())
	}
	if id := f.keep(c); id != uuid.Nil {
		return to(accountpages.ToKept(id))
	}
	return to(c.Request.URL.Path)
}

// words are the heading of a failure and where to go from it.
func words(code models.Code) (string, *components.Link) {
	home := &components.Link{Text: "Go to your first page", Href: "/"}
	switch code {
	case models.CodeNotFound:
		return "We cannot show this", home
	case models.CodeForbidden:
		return "You cannot do this", home
	case models.CodeConflict, models.CodeStale:
		return "This has moved on", home
	case models.CodeTooMany:
		return "Wait a moment", nil
	case models.CodeUnavailable:
		return "Throughline is not available", nil
	case models.CodeInvalid, models.CodeMalformed, models.CodeTooLarge, models.CodeUnsupportedType,
		models.CodePreconditionRequired, models.CodeUnauthenticated:
		return "There is a problem", home
	case models.CodeInternal:
		return "Something went wrong", home
	}
	return "Something went wrong", home
}

// reference shortens a request's id to what can be said on the telephone; the
// log holds the whole of it.
func reference(requestID string) string {
	plain := strings.ToUpper(strings.ReplaceAll(requestID, "-", ""))
	if len(plain) < 8 {
		return "unknown"
	}
	return "E-" + plain[len(plain)-8:]
}
