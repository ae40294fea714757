package models

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func londonBoroughs(s string) (string, bool) {
	switch s {
	case "E09000012", "Hackney":
		return "E09000012", true
	}
	return "", false
}

func aPhone(s string) bool { return strings.HasPrefix(s, "07700 900") }

func day(s string) *time.Time {
	t, ok := ParseDay(s)
	if !ok {
		panic("no such day: " + s)
	}
	return &t
}

// codes returns the faults as "field: code".
func codes(faults []FieldError) []string {
	var out []string
	for _, f := range faults {
		out = append(out, f.Field+": "+f.Code)
	}
	return out
}

func TestAVictimIsCheckedFieldByField(t *testing.T) {
	t.Parallel()
	today := *day("2026-11-21")
	whole := func() Victim {
		return Victim{GivenName: "Zephyrine", FamilyName: "Quillfeather", DateOfBirth: day("1992-03-14"), Borough: "E09000012"}
	}
	for name, tc := range map[string]struct {
		change func(*Victim)
		want   []string
	}{
		"everything given":            {func(*Victim) {}, nil},
		"a name in Arabic":            {func(v *Victim) { v.GivenName = "محمد" }, nil},
		"nothing given and no reason": {func(v *Victim) { *v = Victim{} }, []string{"victim.given_name: required", "victim.family_name: required", "victim.date_of_birth: required", "victim.borough: required"}},
		"nothing given, with reasons": {func(v *Victim) {
			*v = Victim{Missing: map[string]string{"given_name": "anonymous", "family_name": "anonymous", "date_of_birth": "not_known", "borough": "no_fixed_abode"}}
		}, nil},
		"a reason that is none":             {func(v *Victim) { v.KnownAs, v.Missing = "", map[string]string{"known_as": "because"} }, []string{"victim.missing.known_as: unknown"}},
		"a reason for what is given":        {func(v *Victim) { v.Missing = map[string]string{"borough": "refuge"} }, []string{"victim.missing.borough: not_allowed"}},
		"a reason for a field of ours":      {func(v *Victim) { v.Missing = map[string]string{"access": "refuge"} }, []string{"victim.missing: unknown"}},
		"born tomorrow":                     {func(v *Victim) { v.DateOfBirth = day("2026-11-22") }, []string{"victim.date_of_birth: invalid"}},
		"born today":                        {func(v *Victim) { v.DateOfBirth = day("2026-11-21") }, nil},
		"born in another age":               {func(v *Victim) { v.DateOfBirth = day("1899-12-31") }, []string{"victim.date_of_birth: invalid"}},
		"a borough that is none":            {func(v *Victim) { v.Borough = "Watford" }, []string{"victim.borough: unknown"}},
		"a postcode that is none":           {func(v *Victim) { v.Postcode = "LONDON" }, []string{"victim.postcode: invalid"}},
		"a name too long":                   {func(v *Victim) { v.GivenName = strings.Repeat("é", 201) }, []string{"victim.given_name: too_long"}},
		"a name just not too long":          {func(v *Victim) { v.GivenName = strings.Repeat("é", 200) }, nil},
		"a name with a NUL":                 {func(v *Victim) { v.FamilyName = "a\x00b" }, []string{"victim.family_name: invalid"}},
		"a name that is no UTF-8":           {func(v *Victim) { v.FamilyName = "\xff" }, []string{"victim.family_name: invalid"}},
		"a name of two lines":               {func(v *Victim) { v.KnownAs = "a\nb" }, []string{"victim.known_as: invalid"}},
		"an equality key that is no key":    {func(v *Victim) { v.Equality = map[string]string{"Robert'); drop": "x"} }, []string{"victim.equality: unknown"}},
		"an equality answer far too long":   {func(v *Victim) { v.Equality = map[string]string{"sex": strings.Repeat("x", 101)} }, []string{"victim.equality.sex: too_long"}},
		"access needs with an empty answer": {func(v *Victim) { v.AccessNeeds = []string{"step-free", " "} }, []string{"victim.access_needs[1]: required"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := whole()
			tc.change(&v)
			v.Tidy(londonBoroughs)
			if diff := cmp.Diff(tc.want, codes(v.Check(today, londonBoroughs))); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoFaultRepeatsWhatWasSent(t *testing.T) {
	t.Parallel()
	const secret = "SECRET\x00"
	v := Victim{GivenName: secret, FamilyName: secret, Borough: secret, Postcode: secret, Equality: map[string]string{"sex": secret}, Missing: map[string]string{"address": secret}}
	c := SafeContact{CodeWord: secret, Channels: []ContactPoint{{ContactChannel: ContactChannel{Kind: Channel(secret), Person: secret, Safe: Safety(secret)}, Value: secret}}}
	i := []Incident{{Force: secret, CrimeReference: secret, OffenceTypes: []string{secret}, HateStrands: []string{secret}, Summary: secret, Place: Place{Kind: secret, Borough: secret}}}
	faults := append(v.Check(*day("2026-11-21"), londonBoroughs), c.Check(*day("2026-11-21"), nil, aPhone)...)
	faults = append(faults, CheckIncidents(i, *day("2026-11-21"), londonBoroughs)...)
	if len(faults) < 12 {
		t.Fatalf("got %d faults, want one for each field", len(faults))
	}
	for _, f := range faults {
		if strings.Contains(f.Message, "SECRET") || strings.Contains(f.Field, "SECRET") {
			t.Errorf("a fault repeats the value: %+v", f)
		}
	}
}

func TestAPostcodeIsWrittenOneWay(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"e8 1ea": "E8 1EA", "SW1A1AA": "SW1A 1AA", " ec1a  1bb ": "EC1A 1BB", "w1a0ax": "W1A 0AX", "m11ae": "M1 1AE"} {
		got := PostcodeKey(in)
		if got != want || !IsPostcode(got) {
			t.Errorf("PostcodeKey(%q) = %q (valid %v), want %q", in, got, IsPostcode(got), want)
		}
	}
	for _, bad := range []string{"E8", "E81EA1EA", "11 1EA", "E8 11A", "ABC1 1EA", "E8  1EA", "E8 1É"} {
		if IsPostcode(bad) {
			t.Errorf("%q is taken for a postcode", bad)
		}
	}
}

func TestIncidentsAreCheckedFieldByField(t *testing.T) {
	t.Parallel()
	today := *day("2026-11-21")
	for name, tc := range map[string]struct {
		change func(*Incident)
		want   []string
	}{
		"whole":         {func(*Incident) {}, nil},
		"no day at all": {func(i *Incident) { i.OccurredOn = nil }, nil},
		"a range of days": {func(i *Incident) {
			i.OccurredOn, i.OccurredFrom, i.OccurredTo = nil, day("2001-01-01"), day("2003-01-01")
		}, nil},
		"a range the wrong way round": {func(i *Incident) {
			i.OccurredOn, i.OccurredFrom, i.OccurredTo = nil, day("2003-01-01"), day("2001-01-01")
		}, []string{"incidents[0].occurred_between.to: invalid"}},
		"a day and a range":          {func(i *Incident) { i.OccurredTo = day("2026-11-20") }, []string{"incidents[0].occurred_on: not_allowed"}},
		"tomorrow":                   {func(i *Incident) { i.OccurredOn = day("2026-11-22") }, []string{"incidents[0].occurred_on: invalid"}},
		"reported before":            {func(i *Incident) { i.ReportedOn = day("2026-11-18") }, []string{"incidents[0].reported_on: invalid"}},
		"no kind of crime":           {func(i *Incident) { i.OffenceTypes = nil }, []string{"incidents[0].offence_types: required"}},
		"a kind of crime twice":      {func(i *Incident) { i.OffenceTypes = []string{"assault", "assault"} }, []string{"incidents[0].offence_types: unknown"}},
		"strands without hate crime": {func(i *Incident) { i.HateStrands = []string{"race"} }, []string{"incidents[0].hate_strands: not_allowed"}},
		"strands with hate crime": {func(i *Incident) {
			i.OffenceTypes, i.HateStrands = []string{"hate_crime"}, []string{"race", "religion"}
		}, nil},
		"no summary":              {func(i *Incident) { i.Summary = " \n " }, []string{"incidents[0].summary: required"}},
		"a summary of a megabyte": {func(i *Incident) { i.Summary = strings.Repeat("a", 1<<20) }, []string{"incidents[0].summary: too_long"}},
		"a summary of lines":      {func(i *Incident) { i.Summary = "One.\r\nTwo.\tThree." }, nil},
		"a force that is none":    {func(i *Incident) { i.Force = "thames" }, []string{"incidents[0].force: unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := Incident{OccurredOn: day("2026-11-19"), OffenceTypes: []string{"assault"}, Summary: "Pushed in the street."}
			tc.change(&i)
			i.Tidy(londonBoroughs)
			if diff := cmp.Diff(tc.want, codes(CheckIncidents([]Incident{i}, today, londonBoroughs))); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
	if got := codes(CheckIncidents(nil, today, londonBoroughs)); !cmp.Equal(got, []string{"incidents: required"}) {
		t.Errorf("no incident at all: got %v", got)
	}
}

func TestNobodyIsAVictimBeforeTheyAreBorn(t *testing.T) {
	t.Parallel()
	incidents := []Incident{{OccurredOn: day("2020-01-01")}, {OccurredFrom: day("1999-01-01"), OccurredTo: day("2001-01-01")}}
	if got := CheckBornBefore(day("2001-01-01"), incidents); got != nil {
		t.Errorf("born on the last day of a range: got %v, want no fault", got)
	}
	if got := codes(CheckBornBefore(day("2001-01-02"), incidents)); !cmp.Equal(got, []string{"victim.date_of_birth: invalid"}) {
		t.Errorf("born the day after: got %v", got)
	}
}

func TestSafeContactIsCheckedChannelByChannel(t *testing.T) {
	t.Parallel()
	today := *day("2026-11-21")
	people := []RelatedPerson{{Relation: "husband", Name: "Aldous Fernsby", Suspect: true}, {Relation: "mother", Name: "Odile Quillfeather"}, {Relation: "parent", Suspect: true}}
	phone := func(change func(*ContactPoint)) SafeContact {
		c := ContactPoint{ContactChannel: ContactChannel{Kind: ChannelPhone, Safe: SafeYes}, Value: "07700 900123"}
		change(&c)
		return SafeContact{Channels: []ContactPoint{c}, ConfirmedOn: day("2026-11-20")}
	}
	for name, tc := range map[string]struct {
		contact SafeContact
		want    []string
	}{
		"whole":                           {phone(func(*ContactPoint) {}), nil},
		"nobody can be reached":           {SafeContact{}, nil},
		"a number that is none":           {phone(func(c *ContactPoint) { c.Value = "999" }), []string{"safe_contact.channels[0].value: invalid"}},
		"safe, but no number":             {phone(func(c *ContactPoint) { c.Value = "" }), []string{"safe_contact.channels[0].value: required"}},
		"not safe, and no number":         {phone(func(c *ContactPoint) { c.Value, c.Safe = "", SafeNo }), nil},
		"safe, but nobody confirmed it":   {func() SafeContact { s := phone(func(*ContactPoint) {}); s.ConfirmedOn = nil; return s }(), []string{"safe_contact.confirmed_on: required"}},
		"confirmed tomorrow":              {func() SafeContact { s := phone(func(*ContactPoint) {}); s.ConfirmedOn = day("2026-11-22"); return s }(), []string{"safe_contact.confirmed_on: invalid", "safe_contact.channels[0].confirmed_on: invalid"}},
		"an email address that is none":   {phone(func(c *ContactPoint) { c.Kind, c.Value = ChannelEmail, "nobody@nowhere" }), []string{"safe_contact.channels[0].value: invalid"}},
		"a channel that is none":          {phone(func(c *ContactPoint) { c.Kind, c.Safe = "pigeon", SafeUnknown }), []string{"safe_contact.channels[0].channel: unknown"}},
		"a window that ends at its start": {phone(func(c *ContactPoint) { c.Windows = []Window{{"mon", "10:00", "10:00"}} }), []string{"safe_contact.channels[0].windows[0].to: invalid"}},
		"a suspect by name":               {phone(func(c *ContactPoint) { c.Person = "aldous FERNSBY" }), []string{"safe_contact.channels[0].person: not_allowed"}},
		"a suspect by relation":           {phone(func(c *ContactPoint) { c.Person = "Husband" }), []string{"safe_contact.channels[0].person: not_allowed"}},
		"a suspect by word":               {phone(func(c *ContactPoint) { c.Person = "perpetrator" }), []string{"safe_contact.channels[0].person: not_allowed"}},
		"a parent who may be the suspect": {phone(func(c *ContactPoint) { c.Person = "parent" }), []string{"safe_contact.channels[0].person: not_allowed"}},
		"a parent by name who is not":     {phone(func(c *ContactPoint) { c.Person = "Odile Quillfeather" }), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.contact.Tidy()
			if diff := cmp.Diff(tc.want, codes(tc.contact.Check(today, people, aPhone))); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestACaseIsCheckedFieldByField(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		c    Case
		want []string
	}{
		"whole":                            {Case{Source: "police", RiskLevel: PriorityHigh, HelpOffered: HelpYes}, nil},
		"nothing":                          {Case{}, []string{"source: required", "risk_level: required", "help_offered: required"}},
		"no help and no reason":            {Case{Source: "self", RiskLevel: PriorityHigh, HelpOffered: HelpNo}, []string{"help_reason: required"}},
		"no help for another reason":       {Case{Source: "self", RiskLevel: PriorityHigh, HelpOffered: HelpNo, HelpReason: "other"}, []string{"help_note: required"}},
		"a reason where help was offered":  {Case{Source: "self", RiskLevel: PriorityHigh, HelpOffered: HelpYes, HelpReason: "not_asked"}, []string{"help_reason: not_allowed"}},
		"switched off without words":       {Case{Source: "self", RiskLevel: PriorityHigh, HelpOffered: HelpYes, EnhancedOffReason: "other"}, []string{"enhanced_off_note: required"}},
		"switched off for no known reason": {Case{Source: "self", RiskLevel: PriorityHigh, HelpOffered: HelpYes, EnhancedOffReason: "x"}, []string{"enhanced_off_reason: unknown"}},
		"wants something that is no need":  {Case{Source: "self", RiskLevel: PriorityHigh, HelpOffered: HelpYes, Wants: []string{"money"}}, []string{"wants: unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, codes(tc.c.Check())); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestASharingDecisionIsCheckedFieldByField(t *testing.T) {
	t.Parallel()
	today := *day("2026-11-21")
	for name, tc := range map[string]struct {
		change func(*SharingDecision)
		want   []string
	}{
		"agreed":                      {func(*SharingDecision) {}, nil},
		"agreed, nobody knows how":    {func(d *SharingDecision) { d.Method = "" }, []string{"method: required"}},
		"agreed by nobody":            {func(d *SharingDecision) { d.Method = MethodNone }, []string{"method: unknown"}},
		"lawful, with a reason":       {func(d *SharingDecision) { d.Basis, d.Method, d.Reason = "safeguarding", "", "A child lives there." }, nil},
		"lawful, without a reason":    {func(d *SharingDecision) { d.Basis, d.Method = "safeguarding", "" }, []string{"reason: required"}},
		"on no basis":                 {func(d *SharingDecision) { d.Basis = "curiosity" }, []string{"basis: unknown", "reason: required"}},
		"for nothing":                 {func(d *SharingDecision) { d.Fields, d.Purpose = nil, " " }, []string{"purpose: required", "fields: required"}},
		"of what cannot be shared":    {func(d *SharingDecision) { d.Fields = []string{"code_word"} }, []string{"fields: unknown"}},
		"with nobody":                 {func(d *SharingDecision) { d.ReceiverOrgID = uuid.Nil }, []string{"receiver_organisation_id: required"}},
		"that ended before it began":  {func(d *SharingDecision) { d.ExpiresOn = day("2026-11-20") }, []string{"expires_on: invalid"}},
		"that ends today":             {func(d *SharingDecision) { d.ExpiresOn = day("2026-11-21") }, nil},
		"with a reason full of NULs":  {func(d *SharingDecision) { d.Reason = "\x00" }, []string{"reason: invalid"}},
		"with a reason far too long":  {func(d *SharingDecision) { d.Reason = strings.Repeat("x", 2001) }, []string{"reason: too_long"}},
		"with one field ticked twice": {func(d *SharingDecision) { d.Fields = []string{"borough", "borough"} }, []string{"fields: unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := SharingDecision{ReceiverOrgID: NewID(), Purpose: "support", Basis: BasisAgreement, Method: "spoken", Fields: []string{"given_name", "borough"}}
			tc.change(&d)
			d.Tidy()
			if diff := cmp.Diff(tc.want, codes(d.Check(today))); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestADateOfThreeBoxesIsOnlyReadIfItExists(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		d, m, y string
		want    string
	}{{"2", "4", "2026", "2026-04-02"}, {"29", "02", "2024", "2024-02-29"}, {"29", "2", "2026", ""}, {"31", "4", "2026", ""}, {"", "4", "2026", ""}, {"x", "4", "2026", ""}, {"1", "13", "2026", ""}, {"0", "1", "2026", ""}} {
		got, ok := DayOf(tc.d, tc.m, tc.y)
		if ok != (tc.want != "") || ok && got.Format(time.DateOnly) != tc.want {
			t.Errorf("DayOf(%q, %q, %q) = %v, %v, want %q", tc.d, tc.m, tc.y, got, ok, tc.want)
		}
	}
}
