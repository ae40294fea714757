package prooflog

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"
)

// SaltBytes is how long the salt of a detail is: 256 random bits, so that a
// short detail cannot be guessed from its seal.
const SaltBytes = 32

// Event is one line of the trail as it stands in the log: everything but its
// detail, of which only the seal counts. Times are in UTC, to the microsecond.
type Event struct {
	ID          uuid.UUID  `json:"id"`
	At          time.Time  `json:"at"`
	RecordedAt  time.Time  `json:"recorded_at"`
	ActorUserID *uuid.UUID `json:"actor_user_id"`
	ActorOrgID  *uuid.UUID `json:"actor_org_id"`
	ActorRole   *string    `json:"actor_role"`
	SessionID   *uuid.UUID `json:"session_id"`
	RequestID   *string    `json:"request_id"`
	Action      string     `json:"action"`
	SubjectType string     `json:"subject_type"`
	SubjectID   *uuid.UUID `json:"subject_id"`
	CaseID      *uuid.UUID `json:"case_id"`
	Refused     bool       `json:"refused"`
	Xact        string     `json:"transaction"` // of the database, which orders events
}

// Seal is what stands in the log for a detail: it says nothing of it without the
// salt, and no other detail fits it.
func Seal(salt []byte, detail string) []byte {
	m := hmac.New(sha256.New, salt)
	m.Write([]byte(detail))
	return m.Sum(nil)
}

// leafHeading begins every leaf, so that its bytes can stand for nothing else.
const leafHeading = "throughline audit event 1"

// Leaf is the exact bytes that are hashed of an event: a JSON list of the
// heading, the columns in the order of Event, and the seal in hexadecimal.
func (e *Event) Leaf(seal []byte) []byte {
	b := make([]byte, 0, 512)
	b = append(b, '[')
	b = quoted(b, leafHeading)
	b = anID(append(b, ','), &e.ID)
	b = aTime(append(b, ','), e.At)
	b = aTime(append(b, ','), e.RecordedAt)
	b = anID(append(b, ','), e.ActorUserID)
	b = anID(append(b, ','), e.ActorOrgID)
	b = aText(append(b, ','), e.ActorRole)
	b = anID(append(b, ','), e.SessionID)
	b = aText(append(b, ','), e.RequestID)
	b = quoted(append(b, ','), e.Action)
	b = quoted(append(b, ','), e.SubjectType)
	b = anID(append(b, ','), e.SubjectID)
	b = anID(append(b, ','), e.CaseID)
	b = strconv.AppendBool(append(b, ','), e.Refused)
	b = quoted(append(b, ','), e.Xact)
	b = quoted(append(b, ','), hex.EncodeToString(seal))
	return append(b, ']')
}

// Hash is the hash of an event's leaf (RFC 6962 section 2.1).
func (e *Event) Hash(seal []byte) tlog.Hash { return tlog.RecordHash(e.Leaf(seal)) }

func anID(b []byte, id *uuid.UUID) []byte {
	if id == nil {
		return append(b, "null"...)
	}
	return append(append(append(b, '"'), id.String()...), '"')
}

func aText(b []byte, s *string) []byte {
	if s == nil {
		return append(b, "null"...)
	}
	return quoted(b, *s)
}

func aTime(b []byte, t time.Time) []byte {
	return append(t.UTC().AppendFormat(append(b, '"'), "2006-01-02T15:04:05.000000Z"), '"')
}

// quoted writes a JSON string. What is not plain goes the standard library's way.
func quoted(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			out, err := json.Marshal(s)
			if err != nil {
				panic("prooflog: a string has no JSON: " + err.Error())
			}
			return append(b, out...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
