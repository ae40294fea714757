package status

import (
	"embed"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/models"
)

// The texts of the page, as content: a file a language, each text with who
// reviewed it and when. A language is added by adding its file and its key to
// order.
//
//go:embed words/*.json
var wordFiles embed.FS

// order is the order in which languages are offered. The first is English, and
// the second the one for people who read with difficulty.
func order() []string { return []string{"en", "easy", "ar", "bn", "pl", "ro", "ur"} }

// unreviewed is the reviewer of a text that nobody who speaks the language has
// read.
const unreviewed = "not yet reviewed"

// Text is one text of a language.
type Text struct {
	Key      string `json:"key"`
	Text     string `json:"text"`
	Reviewer string `json:"reviewer"` // who read it, or "not yet reviewed"
	On       string `json:"on"`       // the day it was written or last reviewed
}

// Language is all the texts of the page in one language.
type Language struct {
	Key      string   `json:"key"`
	Name     string   `json:"name"` // in the language itself
	HTML     string   `json:"html"` // its tag
	Dir      string   `json:"dir"`  // ltr or rtl
	Date     string   `json:"date"` // the order of {weekday}, {day} and {month}
	Weekdays []string `json:"weekdays"`
	Months   []string `json:"months"`
	Texts    []Text   `json:"texts"`

	of map[string]string
}

// Easy reports whether the page is to be drawn one idea a line, with pictures.
func (l *Language) Easy() bool { return l.Key == "easy" }

// Reviewed reports whether somebody has read every text.
func (l *Language) Reviewed() bool {
	return !slices.ContainsFunc(l.Texts, func(t Text) bool { return t.Reviewer == unreviewed || t.Reviewer == "" })
}

// Say is a text by its key; the key itself where there is none, which a test
// rules out.
func (l *Language) Say(key string) string {
	if t, ok := l.of[key]; ok {
		return t
	}
	return key
}

// SayOn is Say of a text that names a date.
func (l *Language) SayOn(key string, on time.Time) string {
	return strings.ReplaceAll(l.Say(key), "{date}", l.Day(on))
}

// SayN is Say of a text that names a number.
func (l *Language) SayN(key string, n int) string {
	return strings.ReplaceAll(l.Say(key), "{n}", strconv.Itoa(n))
}

// Day writes the London date of a moment: "Thursday 2 April".
func (l *Language) Day(on time.Time) string {
	on = on.In(models.London())
	return strings.NewReplacer("{weekday}", l.Weekdays[on.Weekday()], "{day}", strconv.Itoa(on.Day()), "{month}", l.Months[on.Month()-1]).Replace(l.Date)
}

// All reads every language there is, offered or not. It panics where a file that
// is part of the program cannot be read.
func All() []*Language {
	var out []*Language
	for _, key := range order() {
		b, err := wordFiles.ReadFile("words/" + key + ".json")
		l := &Language{}
		if err == nil {
			err = json.Unmarshal(b, l)
		}
		if err != nil {
			panic("status: the texts of " + key + " cannot be read: " + err.Error())
		}
		l.of = make(map[string]string, len(l.Texts))
		for _, t := range l.Texts {
			l.of[t.Key] = t.Text
		}
		out = append(out, l)
	}
	return out
}

// offered are the languages somebody reviewed, and of the others those that the
// operator asks for.
func offered(also []string) []*Language {
	return slices.DeleteFunc(All(), func(l *Language) bool {
		return !l.Reviewed() && !slices.Contains(also, l.Key) && !slices.Contains(also, "all")
	})
}
