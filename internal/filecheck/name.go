package filecheck

import (
	"path"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longestName is how many characters of a name are kept.
const longestName = 120

// SafeName is what a file is called when it is shown or downloaded: the last
// part of what its sender called it, without anything that a browser, a shell
// or an eye could take for something else. It is never where a file is kept.
func SafeName(name string, kind Kind) string {
	name = norm.NFC.String(strings.ToValidUTF8(name, ""))
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	ending := extensions()[kind][0]
	for _, e := range extensions()[kind] {
		if strings.HasSuffix(strings.ToLower(name), e) {
			name = name[:len(name)-len(e)]
			break
		}
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '/' || strings.ContainsRune(`"<>:|?*;%&$'`+"`", r):
			return '-'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return -1 // what turns the direction of reading is among them
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.Trim(strings.Join(strings.Fields(name), " "), ". -")
	if letters := []rune(name); len(letters) > longestName {
		name = strings.TrimRight(string(letters[:longestName]), ". -")
	}
	if name == "" {
		name = "file"
	}
	if reserved(name) {
		name = "_" + name
	}
	return name + ending
}

// reserved are names that one widespread system takes for a device.
func reserved(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	switch stem = strings.TrimSpace(stem); stem {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) && stem[3] >= '0' && stem[3] <= '9'
}
