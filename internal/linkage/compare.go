package linkage

// Finding is how one field agrees and what it counted.
type Finding struct {
	Field  Field   `json:"field"`
	Level  Level   `json:"level"`
	Weight float64 `json:"weight"` // in bits
}

// Result is how likely two records are of one person.
type Result struct {
	Score    float64 // in bits: one more is twice as likely
	Findings []Finding
}

// Likely reports whether somebody should look at the pair, where records come
// from so many people.
func (r Result) Likely(people int) bool { return r.Score >= Likely(people) }

// Compare compares two records. It takes them in either order.
func Compare(a, b *Record) Result {
	r := Result{Findings: make([]Finding, 0, 8)}
	given, family := names(a, b)
	born := births(a.Birth, b.Birth)
	r.add(FieldGiven, given)
	r.add(FieldFamily, family)
	r.add(FieldBirth, born)
	r.add(FieldPostcode, postcodes(a.Postcode, b.Postcode))
	r.add(FieldEmail, emails(a.Email, b.Email))
	r.add(FieldPlace, places(a.Place, b.Place))
	if len(a.Contacts) > 0 && len(b.Contacts) > 0 {
		r.add(FieldContact, either(shares(a.Contacts, b.Contacts)))
	}
	if len(a.Crimes) > 0 && len(b.Crimes) > 0 {
		r.add(FieldCrime, either(shares(a.Crimes, b.Crimes)))
	}
	if given == Differs && born != Same && born != Crossed {
		r.Score = min(r.Score, household)
	}
	return r
}

func (r *Result) add(f Field, l Level) {
	if l == "" {
		return
	}
	w := weights[f][l]
	r.Score += w
	r.Findings = append(r.Findings, Finding{f, l, w})
}

func either(same bool) Level {
	if same {
		return Same
	}
	return Differs
}

// names compares given and family names, as they stand and the other way round,
// and takes the better. A name somebody goes by stands in for a given name.
func names(a, b *Record) (given, family Level) {
	given, family = name(a.Given, b.Given, true), name(a.Family, b.Family, false)
	if given == Differs || given == "" {
		for _, l := range []Level{name(a.Known, b.Given, true), name(a.Given, b.Known, true), name(a.Known, b.Known, true)} {
			if l != "" && l != Differs && l != Partly {
				given = Short
				break
			}
		}
	}
	first, second := name(a.Given, b.Family, false), name(a.Family, b.Given, false)
	if crossed(first, second) && worth(FieldGiven, given)+worth(FieldFamily, family) < worth(FieldGiven, cross(first))+worth(FieldFamily, cross(second)) {
		return cross(first), cross(second)
	}
	return given, family
}

// crossed reports whether names may have been written the other way round: one
// is found on the other side and the other is found or was left out.
func crossed(first, second Level) bool {
	agrees := func(l Level) bool { return l == Same || l == Near }
	return agrees(first) && (agrees(second) || second == "") || agrees(second) && first == ""
}

func cross(l Level) Level {
	if l == Same {
		return Crossed
	}
	return l
}

func worth(f Field, l Level) float64 { return weights[f][l] }
