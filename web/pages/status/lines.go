// Package status holds the pages that a code and a word open. Nothing on them
// names anybody, any place or what happened.
package status

import (
	"strings"

	"throughline/web/components"
	"throughline/web/layouts"
)

// Span is a piece of a line, perhaps in bold.
type Span struct {
	Text string
	Bold bool
}

// Lines are the lines of a text: one idea each. What stands between two pairs of
// stars is bold.
func Lines(text string) [][]Span {
	var out [][]Span
	for line := range strings.SplitSeq(text, "\n") {
		var spans []Span
		for i, part := range strings.Split(line, "**") {
			if part != "" {
				spans = append(spans, Span{part, i%2 == 1})
			}
		}
		out = append(out, spans)
	}
	return out
}

// Entry is one thing that happened or comes next.
type Entry struct {
	Title  string
	Team   string // which of several; ""
	Lines  []string
	Here   bool   // the last that happened
	Next   bool   // it has not happened yet
	Figure string // name of its picture, where pictures are drawn
}

// Section is a part of a page: a heading, and entries or links.
type Section struct {
	Title   string
	Entries []Entry
	Links   []layouts.PlainLink
	Items   []string // a list of words
	Numbers bool     // Items are steps, in order
	Words   []string // paragraphs
	Figure  string
}

// View is a page of these.
type View struct {
	Meta     layouts.PlainMeta
	Title    string
	Lede     string
	Figure   string // beside the lede
	Easy     bool   // one idea a line, with pictures
	Back     *layouts.PlainLink
	Sections []Section
	Quiet    []string
	Shift    string // said where script runs
}

// DoorView asks for the code and the word.
type DoorView struct {
	Meta                       layouts.PlainMeta
	Title, Lede, Note, Wait    string
	Code, Hint, Word, Button   string
	Typed                      string
	CodeFault, WordFault, Lost string
	Action                     string
}

// SayView asks the three questions.
type SayView struct {
	Meta                              layouts.PlainMeta
	Title, First                      string
	Questions                         []Question
	Words, Hint, Typed, Fault, Button string
	Action                            string
	Back                              layouts.PlainLink
}

// Question is one of them, with its answers.
type Question struct {
	Name, Text, Value, Fault string
	Answers                  []components.ChoiceItem
}

// AskView asks for something.
type AskView struct {
	Meta                 layouts.PlainMeta
	Title, First         string
	Said, Hint, Typed    string
	Fault, Button, About string
	Action               string
	Back                 layouts.PlainLink
}
