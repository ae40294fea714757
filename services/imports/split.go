package imports

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"throughline/models"
)

// splitter reads a file row by row. A row that cannot be read has the code of
// why in bad; what cannot be read on from is an error of the whole file.
type splitter interface {
	columns() []string
	next() (row []string, bad string, err error)
}

// The codes of a row that cannot be read.
const (
	badForm    = "malformed"
	badColumns = "columns"
)

// whole is a file that is refused as it is: nothing of it is kept.
func whole(code, message string) error { return models.Invalid(models.Field("file", code, message)) }

// newSplitter begins to read a file. A mark of the byte order is passed over.
func newSplitter(format models.ImportFormat, r io.Reader) (splitter, error) {
	g := &guard{r: r}
	b := bufio.NewReaderSize(g, 4096)
	if mark, err := b.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = b.Discard(3)
	}
	switch format {
	case models.ImportCSV:
		return newTable(g, b)
	case models.ImportLines:
		return &lines{guard: g, r: b, at: map[string]int{}}, nil
	}
	return nil, models.Invalid(models.Field("format", models.FieldUnknown, "Send CSV, or JSON with one object to a line"))
}

var errEndless = errors.New("a row does not end")

// guard ends a row that does not end itself: nothing of a file is ever held
// whole. reset is called before each row.
type guard struct {
	r    io.Reader
	seen int
}

func (g *guard) reset() { g.seen = 0 }

func (g *guard) Read(p []byte) (int, error) {
	if g.seen > longestRow {
		return 0, errEndless
	}
	n, err := g.r.Read(p[:min(len(p), 4096)])
	g.seen += n
	return n, err
}

// told turns what reading met into what is said of the whole file.
func told(err error, n int) error {
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return err
	case errors.Is(err, errEndless):
		return whole(models.FieldTooLong, "Row "+strconv.Itoa(n)+" does not end: look for a quotation mark that is not closed. Nothing was taken in")
	}
	if ours, ok := errors.AsType[*models.Error](err); ok {
		return ours
	}
	return models.Malformed("What was sent could not be read to its end.")
}

// clean reports whether a text can be kept: UTF-8, without NUL.
func clean(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

const encoding = "The file is not UTF-8. Save it as CSV UTF-8 and send it again"

// table reads CSV.
type table struct {
	guard *guard
	r     *csv.Reader
	names []string
	n     int
}

func newTable(g *guard, r io.Reader) (*table, error) {
	t := &table{guard: g, r: csv.NewReader(r)}
	t.r.FieldsPerRecord, t.r.ReuseRecord = -1, true
	g.reset()
	first, err := t.r.Read()
	if err != nil && !errors.Is(err, io.EOF) && !isSyntax(err) {
		return nil, told(err, 0)
	}
	if err != nil {
		return nil, whole(models.FieldRequired, "The first line has to name the columns. Nothing was taken in")
	}
	for _, name := range first {
		t.names = append(t.names, strings.TrimSpace(name))
	}
	return t, checkNames(t.names)
}

func isSyntax(err error) bool {
	_, ok := errors.AsType[*csv.ParseError](err)
	return ok && !errors.Is(err, errEndless)
}

// spans reports a row that ran on into others: a quotation mark that is not
// closed, which would take whatever comes after it for itself.
func spans(err error) bool {
	e, ok := errors.AsType[*csv.ParseError](err)
	return ok && e.StartLine != e.Line
}

func checkNames(names []string) error {
	switch {
	case len(names) > mostColumns:
		return whole(models.FieldTooLong, "The file has more than "+strconv.Itoa(mostColumns)+" columns. Nothing was taken in")
	case slices.ContainsFunc(names, func(s string) bool { return !clean(s) }):
		return whole(models.FieldInvalid, encoding)
	case slices.ContainsFunc(names, func(s string) bool { return s == "" || utf8.RuneCountInString(s) > longestName }):
		return whole(models.FieldInvalid, "Every column needs a name of 1 to "+strconv.Itoa(longestName)+" characters in the first line. Nothing was taken in")
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return whole(models.FieldInvalid, "Two columns have one name. Nothing was taken in")
		}
	}
	return nil
}

func (t *table) columns() []string { return t.names }

func (t *table) next() ([]string, string, error) {
	t.guard.reset()
	t.n++
	row, err := t.r.Read()
	switch {
	case err != nil && spans(err):
		return nil, "", told(errEndless, t.n)
	case err != nil && isSyntax(err):
		return nil, badForm, nil
	case err != nil:
		return nil, "", told(err, t.n)
	case len(row) != len(t.names):
		return nil, badColumns, nil
	case slices.ContainsFunc(row, func(s string) bool { return !clean(s) }):
		return nil, "", whole(models.FieldInvalid, encoding)
	}
	return row, "", nil
}

// lines reads JSON, one object to a line. Its columns are the names that come up.
type lines struct {
	guard *guard
	r     *bufio.Reader
	names []string
	at    map[string]int
	n     int
}

func (l *lines) columns() []string { return l.names }

func (l *lines) next() ([]string, string, error) {
	for {
		l.guard.reset()
		line, err := l.read()
		if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
			return nil, "", told(err, l.n+1)
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		l.n++
		if !utf8.Valid(line) {
			return nil, "", whole(models.FieldInvalid, encoding)
		}
		return l.object(line)
	}
}

func (l *lines) read() ([]byte, error) {
	var line []byte
	for {
		part, err := l.r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > longestRow {
			return nil, errEndless
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// object reads one line. What is no flat object, or names a field twice, is a
// row that cannot be read; more names than a file may have end the whole.
func (l *lines) object(line []byte) ([]string, string, error) {
	fields, ok := flatObject(line)
	if !ok {
		return nil, badForm, nil
	}
	row := make([]string, len(l.names), len(l.names)+4)
	for _, f := range fields {
		i, known := l.at[f[0]]
		if !known {
			if err := checkNames(append(slices.Clone(l.names), f[0])); err != nil {
				return nil, "", err
			}
			i = len(l.names)
			l.at[f[0]], l.names, row = i, append(l.names, f[0]), append(row, "")
		}
		row[i] = f[1]
	}
	return row, "", nil
}

// flatObject returns the names and values of one object, as they stand; false
// where the line is anything else, or names a field twice.
func flatObject(line []byte) (fields [][2]string, ok bool) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok || seen[name] || !clean(name) {
			return nil, false
		}
		seen[name] = true
		var value any
		if err := d.Decode(&value); err != nil {
			return nil, false
		}
		text, ok := flat(value)
		if !ok || !clean(text) {
			return nil, false
		}
		fields = append(fields, [2]string{name, text})
	}
	if _, err := d.Token(); err != nil { // the brace that closes it
		return nil, false
	}
	_, err := d.Token()
	return fields, errors.Is(err, io.EOF)
}

// flat writes a value as a cell of a table holds it; a list of texts with ";".
func flat(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		if v {
			return "yes", true
		}
		return "no", true
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			s, ok := v[i].(string)
			if !ok {
				return "", false
			}
			parts[i] = s
		}
		return strings.Join(parts, ";"), true
	}
	return "", false
}
