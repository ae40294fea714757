package frame

import (
	"net/url"
	"strings"
)

// LocalPath returns where to go after an act if that is one of our own
// pages, and "" for anything else: another site, another scheme, or what a
// browser might read as either (ASVS 5.0.0, 3.7.2).
func LocalPath(next string) string {
	if len(next) == 0 || len(next) > 500 || next[0] != '/' || strings.HasPrefix(next, "//") {
		return ""
	}
	for _, r := range next {
		if r <= ' ' || r >= 0x7f || r == '\\' {
			return "" // browsers drop control characters and turn \ into /
		}
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" {
		return ""
	}
	if strings.Contains(u.Path, "//") || strings.ContainsAny(u.Path, "\\\r\n\t\x00") || strings.Contains(u.Path, "/..") {
		return "" // what it would be once decoded
	}
	if u.Path == "/sign-in" || u.Path == "/sign-out" || u.Path == "/signed-out" || strings.HasPrefix(u.Path, "/sign-in/") || strings.HasPrefix(u.Path, "/api/") {
		return ""
	}
	return next
}
