package audit

import "golang.org/x/mod/sumdb/tlog"

// hash is one hash of the log.
type hash = tlog.Hash
