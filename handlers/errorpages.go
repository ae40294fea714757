package handlers

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/handlers/render"
	"throughline/models"
	"throughline/web/components"
	"throughline/web/pages/errors"
)

// page answers a person. Whoever is signed out is sent to sign in.
func (f *failures) page(c *gin.Context, e *models.Error) {
	if e.Code == models.CodeUnauthenticated {
		render.See(c, toSignIn(c))
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
