// Command sbom writes what a built binary of Throughline is made of, as
// CycloneDX 1.6 in JSON: the Go release, every module that was linked in with
// its version and go.sum's hash, and what others made that is embedded (the
// stylesheet's and the script's sources, from web/scss/package.json). It reads
// the binary itself, so that it cannot say something else than what runs, and
// the same binary always makes the same file.
//
//	sbom bin/throughline > bin/throughline.cdx.json
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"strings"
)

type (
	bom struct {
		Format     string      `json:"bomFormat"`
		Spec       string      `json:"specVersion"`
		Serial     string      `json:"serialNumber"`
		Version    int         `json:"version"`
		Metadata   metadata    `json:"metadata"`
		Components []component `json:"components"`
	}
	metadata struct {
		Component component `json:"component"`
	}
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref,omitempty"`
		Name       string     `json:"name"`
		Version    string     `json:"version,omitempty"`
		PURL       string     `json:"purl,omitempty"`
		Hashes     []hash     `json:"hashes,omitempty"`
		Properties []property `json:"properties,omitempty"`
	}
	hash struct {
		Alg     string `json:"alg"`
		Content string `json:"content"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

// embedded are what package.json says the stylesheet and scripts are built from:
// all but the compiler.
func embedded(packageJSON []byte) (out []component, err error) {
	var p struct {
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if err := json.Unmarshal(packageJSON, &p); err != nil {
		return nil, err
	}
	for name, version := range p.DevDependencies {
		if name != "sass" {
			purl := "pkg:npm/" + strings.ReplaceAll(name, "@", "%40") + "@" + version
			out = append(out, component{Type: "library", Ref: purl, Name: name, Version: version, PURL: purl})
		}
	}
	return out, nil
}

// linked are the modules of a binary, and the Go that built it.
func linked(info *debug.BuildInfo) []component {
	release := strings.TrimPrefix(info.GoVersion, "go")
	std := "pkg:golang/std@" + release
	out := []component{{Type: "library", Ref: std, Name: "std", Version: release, PURL: std}}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		purl := "pkg:golang/" + m.Path + "@" + url.PathEscape(m.Version)
		out = append(out, component{
			Type: "library", Ref: purl, Name: m.Path, Version: m.Version, PURL: purl,
			Properties: []property{{"throughline:go.sum", m.Sum}},
		})
	}
	return out
}

// write makes the whole document of a binary.
func write(w io.Writer, binary []byte, info *debug.BuildInfo, packageJSON []byte) error {
	front, err := embedded(packageJSON)
	if err != nil {
		return fmt.Errorf("web/scss/package.json: %w", err)
	}
	sum := sha256.Sum256(binary)
	id := slices.Clone(sum[:16])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // a UUID of its own making: version 8
	b := bom{
		Format: "CycloneDX", Spec: "1.6", Version: 1,
		Serial: fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]),
		Metadata: metadata{component{
			Type: "application", Ref: "throughline", Name: "throughline", Version: info.Main.Version, Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}},
		}},
		Components: append(linked(info), front...),
	}
	slices.SortFunc(b.Components, func(x, y component) int { return strings.Compare(x.PURL, y.PURL) })
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(b)
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("name the binary")
	}
	binary, err := os.ReadFile(args[0]) //nolint:gosec // the file that whoever runs this names
	if err != nil {
		return err
	}
	info, err := buildinfo.ReadFile(args[0])
	if err != nil {
		return err
	}
	front, err := os.ReadFile("web/scss/package.json")
	if err != nil {
		return err
	}
	return write(os.Stdout, binary, info, front)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}
