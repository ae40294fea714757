package middleware

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/gin-gonic/gin"

	"throughline/models"
)

// Recover turns a panic into 500 with a reference; the process lives on. The
// log gets the stack and the kind of the panic, not its value, which may hold
// a person's data. Where part of an answer has left, the connection is cut so
// that nobody takes half a page for a whole one.
func Recover(log *slog.Logger, fail Fail) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler { //nolint:errorlint // a sentinel that is compared by identity
				panic(v)
			}
			log.ErrorContext(c.Request.Context(), "panic", "kind", kindOf(v), "route", c.FullPath(), "stack", string(debug.Stack()))
			if c.Writer.Written() {
				panic(http.ErrAbortHandler)
			}
			stop(c, fail, models.Internal("answering a request", fmt.Errorf("panic: %s", kindOf(v))))
		}()
		c.Next()
	}
}

// kindOf says what was thrown: the runtime's own faults in words, anything
// else by its type.
func kindOf(v any) string {
	if e, ok := v.(interface {
		error
		RuntimeError()
	}); ok {
		return e.Error()
	}
	return fmt.Sprintf("%T", v)
}
