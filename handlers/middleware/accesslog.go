package middleware

import (
	"log/slog"
	"time"

	"github.com/gin-gonic/gin"
)

// AccessLog writes one line for each request: the route it matched, never the
// address as sent, because that can hold a reference or a search; no query, no
// body, no header of the client's.
func AccessLog(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := time.Now()
		defer func() { line(c, log, time.Since(start)) }() // also where the connection is cut
		c.Next()
	}
}

func line(c *gin.Context, log *slog.Logger, took time.Duration) {
	route := c.FullPath()
	if route == "" {
		route = "none"
	}
	level := slog.LevelInfo
	if c.Writer.Status() >= 500 {
		level = slog.LevelWarn
	}
	log.LogAttrs(c.Request.Context(), level, "request",
		slog.String("method", method(c.Request.Method)), slog.String("route", route),
		slog.Int("status", c.Writer.Status()), slog.Int("bytes", max(0, c.Writer.Size())),
		slog.Int64("us", took.Microseconds()), slog.String("from", ClientIP(c).String()))
}

// method keeps what a client may invent as a method out of the log.
func method(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT":
		return m
	}
	return "other"
}
