package middleware

import (
	"github.com/gin-gonic/gin"

	"throughline/models"
)

// RequestID gives each request an id of ours, which the trail, the log and
// every error carry. An id from outside is not taken over: it could be
// anything, and the same for a thousand requests.
func RequestID() gin.HandlerFunc {
	return func(c *gin.Context) {
		id := models.NewID().String()
		c.Header("X-Request-Id", id)
		c.Request = c.Request.WithContext(models.WithRequest(c.Request.Context(), &models.Request{ID: id}))
		c.Next()
	}
}
