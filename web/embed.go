// Package web holds what a browser is given: the stylesheet, the scripts and the
// pictures, embedded in the binary and served under an address that changes with
// their content. It imports nothing of ours.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"sort"
	"strconv"
	"strings"
	"sync"
)

//go:embed static
var files embed.FS

// Prefix is where Static must be mounted, for GET and HEAD.
const Prefix = "/static/"

// asset is one embedded file, ready to send.
type asset struct {
	body, zipped []byte
	kind         string
}

// bundle is every asset of this build and the one hash they share, so that a
// script can import its neighbour by a relative name.
type bundle struct {
	hash   string
	assets map[string]asset
	urls   map[string]string
}

var assets = sync.OnceValue(load)

// Asset gives the address of an embedded file, such as
// /static/1f0c3a9b7e52/app.css. A name that is not embedded is a mistake in a
// template, so it panics; the test of this package renders every one.
func Asset(name string) string {
	url, ok := assets().urls[name]
	if !ok {
		panic("web: no static file named " + name)
	}
	return url
}

// Static serves the embedded files below Prefix. An address with the hash of
// this build may be kept for a year; one left over from another build gets the
// present file and must be asked for again. Any other address is 404.
func Static() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	b := assets()
	hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
	a, ok := b.assets[name]
	switch {
	case !ok || !strings.HasPrefix(r.URL.Path, Prefix):
		http.NotFound(w, r)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	if hash == b.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	body := a.body
	if a.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a reader that has gone away is not our fault
	}
}

// load reads the embedded files once, hashes them together and packs each.
func load() bundle {
	b := bundle{assets: map[string]asset{}, urls: map[string]string{}}
	entries, err := fs.ReadDir(files, "static")
	if err != nil {
		panic("web: " + err.Error())
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
	sum := sha256.New()
	for _, e := range entries {
		body, err := fs.ReadFile(files, path.Join("static", e.Name()))
		if err != nil {
			panic("web: " + err.Error())
		}
		sum.Write([]byte(e.Name()))
		sum.Write([]byte{0})
		sum.Write(body)
		b.assets[e.Name()] = asset{body: body, zipped: pack(body), kind: kindOf(e.Name())}
	}
	b.hash = hex.EncodeToString(sum.Sum(nil))[:16]
	for name := range b.assets {
		b.urls[name] = Prefix + b.hash + "/" + name
	}
	return b
}

// pack gives the gzip form of a file, or nil when it would not be smaller.
func pack(body []byte) []byte {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := z.Write(body); err != nil {
		return nil
	}
	if err := z.Close(); err != nil || out.Len() >= len(body) {
		return nil
	}
	return out.Bytes()
}

// kindOf does not ask the machine's own list of types, which differs between systems.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}
