package imports

// KnownSQL and CheckedSQL look up what is known of references.
const (
	KnownSQL   = knownSQL
	CheckedSQL = checkedSQL
)
