// Package secret holds values that must not be printed: however a String
// reaches a log line, an error or a document, it reads "[secret]". It also
// tells keys that somebody typed from random ones.
package secret

import "log/slog"

const hidden = "[secret]"

// String is a secret text, such as an address with a password in it.
type String struct{ value string }

// New hides a value.
func New(value string) String { return String{value} }

// Reveal gives the value back, for the one place that needs it.
func (s String) Reveal() string { return s.value }

// Set reports whether there is a value.
func (s String) Set() bool { return s.value != "" }

// String keeps the value out of fmt's %v and %s.
func (s String) String() string {
	if s.value == "" {
		return ""
	}
	return hidden
}

// GoString keeps the value out of fmt's %#v.
func (s String) GoString() string { return s.String() }

// LogValue keeps the value out of logs.
func (s String) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps the value out of JSON and whatever else writes text.
func (s String) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes the value from a setting.
func (s *String) UnmarshalText(b []byte) error {
	s.value = string(b)
	return nil
}
