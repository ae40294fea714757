package api

import "throughline/models"

// Problem is the body of every failed call, as RFC 9457 defines it. Code is
// stable and is what programs should read; Instance is the request's id, to
// quote when asking for help. Nothing of it repeats a value that was sent.
type Problem struct {
	Type     string  `json:"type" doc:"Always about:blank: the code says which problem it is."`
	Title    string  `json:"title" doc:"The words of the HTTP status."`
	Status   int     `json:"status" doc:"The HTTP status."`
	Detail   string  `json:"detail" doc:"What went wrong, in words that can be shown to people."`
	Code     string  `json:"code" enum:"malformed,invalid,too_large,unsupported_type,unauthenticated,forbidden,not_found,conflict,stale,precondition_required,too_many,unavailable,internal" doc:"The stable name of the problem."`
	Instance string  `json:"instance" doc:"The id of this request."`
	Errors   []Fault `json:"errors" doc:"What is wrong with each field, where that is known."`
}

// Fault is what is wrong with one field of what was sent.
type Fault struct {
	Field   string `json:"field" doc:"Dotted path of the field, as victim.date_of_birth or incidents[0].force; the name of a header or query parameter; empty for the request as a whole."`
	Code    string `json:"code" doc:"The stable name of the fault: required, invalid, unknown, too_long, too_short, not_allowed."`
	Message string `json:"message" doc:"What to do about it, in plain words."`
}

// Faults writes field errors as a problem shows them, one for each field.
func Faults(fields []models.FieldError) []Fault {
	out := make([]Fault, 0, len(fields))
	seen := make(map[string]bool, len(fields))
	for _, f := range fields {
		if seen[f.Field] && f.Field != "" {
			continue
		}
		seen[f.Field] = true
		out = append(out, Fault{f.Field, f.Code, f.Message})
	}
	return out
}
