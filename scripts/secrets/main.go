// Command secrets looks for passwords, keys and tokens in every file that git
// knows and in every line that its history ever added, as far as this clone
// goes back. It tells kinds of secret by their shape, as listed in kinds; what
// has no shape of its own (a password in a sentence) it cannot find. It prints
// where a finding is and never what it is, and ends with 1 when there is one
// that allowed.txt does not account for.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// kind is one shape of secret.
type kind struct {
	name  string
	shape *regexp.Regexp
	least float64 // bits of surprise a character of the last group must carry; 0: any
}

var kinds = []kind{
	{"a private key", regexp.MustCompile(`-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----`), 0},
	{"a key of age", regexp.MustCompile(`AGE-SECRET-KEY-1[0-9A-Z]{50,}`), 0},
	{"an access key of AWS", regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`), 0},
	{"a token of GitHub", regexp.MustCompile(`\b(?:gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{60,})\b`), 0},
	{"a token of GitLab", regexp.MustCompile(`\bglpat-[0-9A-Za-z_-]{20,}`), 0},
	{"a token of Slack", regexp.MustCompile(`\bxox[abeprs]-[0-9A-Za-z-]{20,}`), 0},
	{"a key of Google", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}\b`), 0},
	{"a key of Stripe", regexp.MustCompile(`\b[rs]k_live_[0-9A-Za-z]{20,}`), 0},
	{"a token of Vault", regexp.MustCompile(`\bhvs\.[0-9A-Za-z_-]{24,}`), 0},
	{"a signed token", regexp.MustCompile(`\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20,}`), 0},
	{"a session of ours", regexp.MustCompile(`\btl[a-z]_([0-9A-Za-z_-]{43})\b`), 3.5},
	{"a key file of ours", regexp.MustCompile(`(?:^|["'])1 ([0-9A-Za-z+/]{43}=)`), 3.5},
	{"a password in an address", regexp.MustCompile(`[a-z][a-z0-9+.-]*://[^/\s:@"'` + "`" + `]+:([^/\s:@"'` + "`" + `]{8,})@`), 2.8},
	{"something called a secret", regexp.MustCompile(`(?i)(?:password|passwd|secret|token|api_?key|private_?key)["']?\s*(?::=|[:=])\s*["']([0-9A-Za-z+/_=.-]{20,})["']`), 3.6},
}

// surprise is Shannon's measure of a text, in bits a character: words of a
// language carry under 3.5, random base64 of 40 characters about 4.7.
func surprise(s string) (bits float64) {
	count := map[rune]float64{}
	for _, r := range s {
		count[r]++
	}
	for _, n := range count {
		p := n / float64(len(s))
		bits -= p * math.Log2(p)
	}
	return bits
}

// finding is one secret by its shape, known again by its hash.
type finding struct{ kind, where, hash string }

// look finds secrets in a line of a file.
func look(where, line string) (out []finding) {
	for _, k := range kinds {
		for _, m := range k.shape.FindAllStringSubmatch(line, -1) {
			value := m[len(m)-1]
			if k.least > 0 && surprise(value) < k.least {
				continue
			}
			sum := sha256.Sum256([]byte(value))
			out = append(out, finding{k.name, where, hex.EncodeToString(sum[:8])})
		}
	}
	return out
}

//go:embed allowed.txt
var allowedText string

// allowed are findings that are no secrets, by hash, with why.
func allowed(text string) (map[string]string, error) {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		hash, why, _ := strings.Cut(line, " ")
		if len(hash) != 16 || strings.TrimSpace(why) == "" {
			return nil, fmt.Errorf("allowed.txt: %q is no hash with a reason", line)
		}
		out[hash] = why
	}
	return out, nil
}

// files looks through what git knows, as it stands in the folder.
func files() (out []finding, n int, err error) {
	names, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, 0, fmt.Errorf("listing files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(names), "\x00"), "\x00") {
		b, err := os.ReadFile(name) //nolint:gosec // a file that git names
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted, and not yet committed
		}
		if err != nil {
			return nil, 0, err
		}
		n++
		if bytes.IndexByte(b[:min(len(b), 8000)], 0) >= 0 {
			continue
		}
		i := 0
		for line := range strings.Lines(string(b)) {
			i++
			out = append(out, look(fmt.Sprintf("%s:%d", name, i), line)...)
		}
	}
	return out, n, nil
}

// history looks through the lines that commits added.
func history(r io.Reader) (out []finding, commits int, err error) {
	commit, name := "", ""
	lines := bufio.NewReaderSize(r, 1<<20)
	for {
		line, err := lines.ReadString('\n')
		switch {
		case strings.HasPrefix(line, "commit "):
			commit = line[7:min(len(line), 17)]
			commits++
		case strings.HasPrefix(line, "+++ "):
			name = strings.TrimPrefix(strings.TrimSpace(line[4:]), "b/")
		case strings.HasPrefix(line, "+"):
			out = append(out, look(name+" in "+commit, line[1:])...)
		}
		if errors.Is(err, io.EOF) {
			return out, commits, nil
		}
		if err != nil {
			return nil, 0, err
		}
	}
}

func run(w io.Writer) (secrets int, err error) {
	known, err := allowed(allowedText)
	if err != nil {
		return 0, err
	}
	found, n, err := files()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command("git", "log", "-p", "--all", "-U0", "--no-color", "--no-ext-diff", "--no-textconv")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	past, commits, err := history(pipe)
	if err := errors.Join(err, cmd.Wait()); err != nil {
		return 0, fmt.Errorf("reading the history: %w", err)
	}
	told := map[string]bool{}
	for _, f := range slices.Concat(found, past) {
		if known[f.hash] != "" || told[f.hash] {
			continue
		}
		told[f.hash] = true
		_, _ = fmt.Fprintf(w, "%s: %s (%s)\n", f.where, f.kind, f.hash)
	}
	_, _ = fmt.Fprintf(w, "Secrets: %d in %d files and %d commits, by %d shapes; %d that are none are listed in scripts/secrets/allowed.txt.\n", len(told), n, commits, len(kinds), len(known))
	return len(told), nil
}

func main() {
	secrets, err := run(os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if secrets > 0 {
		fmt.Fprintln(os.Stderr, "Take each out, and change it wherever it opens something. What is no secret is listed in scripts/secrets/allowed.txt by its hash, with why.")
		os.Exit(1)
	}
}
