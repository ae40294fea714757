package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/joho/godotenv"
)

// problems is everything wrong with the settings, told at once.
type problems []string

// Error is one line for each problem.
func (p problems) Error() string {
	return "the settings have problems:\n  - " + strings.Join(p, "\n  - ")
}

// load reads the settings and refuses with every problem there is. The error
// is a usageError, and names no value.
func (p program) load(check func(Config) problems) (Config, error) {
	cfg, found := p.parse()
	if len(found) == 0 && check != nil {
		found = check(cfg)
	}
	if len(found) > 0 {
		return Config{}, usageError{found}
	}
	return cfg, nil
}

// parse reads the environment and, outside production, the file .env, whose
// lines the environment overrides. An empty value is no value.
func (p program) parse() (Config, problems) {
	var found problems
	values := map[string]string{}
	for _, line := range p.environ {
		if name, value, ok := strings.Cut(line, "="); ok && value != "" {
			values[name] = value
		}
	}
	found = append(found, strangers(slices.Sorted(maps.Keys(values)))...)
	if values["APP_ENV"] != string(production) {
		file, wrong := p.dotenv()
		found = append(found, wrong...)
		for name, value := range file {
			if _, set := values[name]; !set && value != "" {
				values[name] = value
			}
		}
	}
	var cfg Config
	err := env.ParseWithOptions(&cfg, env.Options{Environment: values})
	return cfg, append(found, words(err)...)
}

// dotenv reads .env, in which only our own settings may stand.
func (p program) dotenv() (map[string]string, problems) {
	f, err := os.Open(filepath.Join(p.dir, ".env"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, problems{".env cannot be read"}
	}
	defer func() { _ = f.Close() }()
	values, err := godotenv.Parse(f)
	if err != nil { // it would quote the line
		return nil, problems{".env cannot be read: each line is NAME=value, or begins with #"}
	}
	var found problems
	known := settingNames()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(known, name) {
			found = append(found, fmt.Sprintf("%s in .env is not a setting%s", name, suggestion(name, known)))
		}
	}
	if values["APP_ENV"] == string(production) {
		found = append(found, "APP_ENV=production stands in .env, which production does not read: set it in the environment")
	}
	return values, found
}

// strangers finds names in the environment that are nearly ours: somebody
// misspelt a setting, and would never notice. The rest is not ours.
func strangers(names []string) (found problems) {
	known := settingNames()
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		if near := suggestion(name, known); near != "" {
			found = append(found, fmt.Sprintf("%s in the environment is not a setting%s", name, near))
		}
	}
	return found
}

func suggestion(name string, known []string) string {
	for _, k := range known {
		if nearly(name, k) {
			return "; did you mean " + k + "?"
		}
	}
	return ""
}

// nearly reports whether two names differ by a slip: in case or underscores
// alone, by one letter, or by two in a long name.
func nearly(a, b string) bool {
	plain := func(s string) string { return strings.ReplaceAll(strings.ToUpper(s), "_", "") }
	a, b = plain(a), plain(b)
	allowed := 1
	if len(b) > 9 {
		allowed = 2
	}
	return distance(a, b) <= allowed
}

// distance counts the letters to add, drop, change or swap with the next.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// settingNames lists the variables of Config.
func settingNames() (names []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if name := f.Tag.Get("env"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// words tells the parser's errors as sentences, without the rejected values.
func words(err error) (found problems) {
	var all []error
	if many, ok := errors.AsType[env.AggregateError](err); ok {
		all = many.Errors
	} else if err != nil {
		all = []error{err}
	}
	for _, one := range all {
		bad, ok := errors.AsType[env.ParseError](one)
		if !ok {
			found = append(found, "a setting cannot be read")
			continue
		}
		field, _ := reflect.TypeFor[Config]().FieldByName(bad.Name)
		found = append(found, fmt.Sprintf("%s must %s", field.Tag.Get("env"), field.Tag.Get("must")))
	}
	return found
}
