package middleware

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"throughline/services/accounts"
)

// Client tells the services who sends a request that changes something: the
// slowing of guesses counts by network.
func Client() gin.HandlerFunc {
	return func(c *gin.Context) {
		if c.Request.Method == http.MethodPost {
			who := accounts.Client{IP: ClientIP(c), UserAgent: c.Request.UserAgent()}
			c.Request = c.Request.WithContext(accounts.WithClient(c.Request.Context(), who))
		}
		c.Next()
	}
}
