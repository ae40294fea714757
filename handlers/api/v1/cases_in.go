package v1

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/models"
	"throughline/services/cases"
)

// NewCase is what a case is logged with.
type NewCase struct {
	Source        string             `json:"source" enum:"police,self,third_party,agency" doc:"How it reached whoever logs it."`
	Victim        NewVictim          `json:"victim"`
	RelatedPeople []NewRelatedPerson `json:"related_people,omitempty" maxItems:"30"`
	SafeContact   NewSafeContact     `json:"safe_contact"`
	Incidents     []NewIncident      `json:"incidents,omitempty" maxItems:"30" doc:"At least one."`
	Incident      *NewIncident       `json:"incident,omitempty" doc:"The same as incidents with one."`
	RiskLevel     string             `json:"risk_level" enum:"standard,medium,high"`
	RiskNote      string             `json:"risk_note,omitempty" maxLength:"4000"`

	PersistentlyTargeted bool   `json:"persistently_targeted,omitempty" doc:"Enhanced Rights apply; asked for stalking and harassment."`
	Vulnerable           bool   `json:"vulnerable,omitempty" doc:"Enhanced Rights apply: health, capacity or disability."`
	Intimidated          bool   `json:"intimidated,omitempty" doc:"Enhanced Rights apply: fear or distress."`
	EnhancedOffReason    Key    `json:"enhanced_off_reason,omitempty" doc:"Switches Enhanced Rights off; a reason of the group switch_off_enhanced."`
	EnhancedOffNote      string `json:"enhanced_off_note,omitempty" maxLength:"1000"`

	HelpOffered string `json:"help_offered,omitempty" enum:"yes,no,not_yet" doc:"not_yet where left out."`
	HelpReason  Key    `json:"help_reason,omitempty" doc:"Why it was not; a reason of the group help_not_offered."`
	HelpNote    string `json:"help_note,omitempty" maxLength:"1000"`
	Wants       []Key  `json:"wants,omitempty" maxItems:"8" doc:"What they say they need: health, accommodation, family, education_employment, drugs_alcohol, finance, outlook, social."`
}

// NewVictim says who it happened to. Each of the names, the date of birth and
// the borough is given, or missing says why it is not.
type NewVictim struct {
	GivenName         string            `json:"given_name,omitempty" maxLength:"200"`
	FamilyName        string            `json:"family_name,omitempty" maxLength:"200"`
	KnownAs           string            `json:"known_as,omitempty" maxLength:"200"`
	DateOfBirth       string            `json:"date_of_birth,omitempty" format:"date"`
	Borough           string            `json:"borough,omitempty" doc:"An E09 code or the exact name." maxLength:"60"`
	Postcode          string            `json:"postcode,omitempty" maxLength:"20"`
	Address           string            `json:"address,omitempty" maxLength:"500" doc:"Withheld from every receiver unless it is shared by name."`
	Language          string            `json:"language,omitempty" maxLength:"60"`
	InterpreterNeeded *bool             `json:"interpreter_needed,omitempty"`
	AccessNeeds       []Phrase          `json:"access_needs,omitempty" maxItems:"20"`
	Equality          map[string]Answer `json:"equality,omitempty" doc:"Who they are: sex, ethnic_group, disability, religion, sexual_orientation ..."`
	Missing           map[string]Key    `json:"missing,omitempty" doc:"For a field that is left out, a reason of the group missing_field."`
}

// NewRelatedPerson is somebody round the victim.
type NewRelatedPerson struct {
	Relation               string `json:"relation" minLength:"1" maxLength:"40"`
	Name                   string `json:"name,omitempty" maxLength:"200"`
	ParentalResponsibility *bool  `json:"parental_responsibility,omitempty"`
	Suspect                bool   `json:"suspect,omitempty" doc:"Never a contact person."`
}

// NewSafeContact says how they can be reached without harm.
type NewSafeContact struct {
	Channels    []NewChannel `json:"channels" maxItems:"20" doc:"Empty where there is no way to reach them."`
	CodeWord    string       `json:"code_word,omitempty" maxLength:"60"`
	ConfirmedOn string       `json:"confirmed_on" format:"date" doc:"The day they said so. An answer goes stale; stale is not safe."`
	Source      string       `json:"source,omitempty" enum:"victim_in_person,victim_safe_channel,parent_or_carer,advocate,police,other_agency" doc:"Who said so."`
}

// NewChannel is one way to reach one person.
type NewChannel struct {
	Channel      string   `json:"channel" enum:"phone,text,email,post,in_person"`
	Value        string   `json:"value,omitempty" maxLength:"500" doc:"The number or address; needed where the channel is safe."`
	Person       string   `json:"person,omitempty" maxLength:"60" doc:"Whose it is; the victim's where left out. Never a suspect's."`
	Safe         Safe     `json:"safe"`
	LeaveMessage Safe     `json:"leave_message,omitempty" doc:"Whether a message may be left; not where it is unknown."`
	Windows      []Window `json:"windows,omitempty" maxItems:"50" doc:"When it is safe; at any time where left out."`
	Note         string   `json:"note,omitempty" maxLength:"1000"`
}

// Window is a stretch of a weekday, in London time.
type Window struct {
	Day  string `json:"day" enum:"mon,tue,wed,thu,fri,sat,sun"`
	From string `json:"from" maxLength:"5" doc:"HH:MM."`
	To   string `json:"to" maxLength:"5" doc:"HH:MM, after from; 24:00 is the end of the day."`
}

// NewIncident is one thing that happened.
type NewIncident struct {
	OccurredOn      string    `json:"occurred_on,omitempty" format:"date"`
	OccurredBetween *Between  `json:"occurred_between,omitempty" doc:"In place of occurred_on, where the day is not known."`
	ReportedOn      string    `json:"reported_on,omitempty" format:"date"`
	WantsToReport   *bool     `json:"wants_to_report,omitempty"`
	Force           string    `json:"force,omitempty" enum:"metropolitan,city-of-london,btp"`
	CrimeReference  string    `json:"crime_reference,omitempty" maxLength:"60"`
	Place           *NewPlace `json:"place,omitempty"`
	OffenceTypes    []Key     `json:"offence_types" minItems:"1" maxItems:"31" uniqueItems:"true" doc:"domestic_abuse, rape, sexual_assault, child_sexual_abuse, stalking, harassment, hate_crime, assault, robbery, knife_crime, homicide, burglary, fraud, trafficking and others."`
	HateStrands     []Key     `json:"hate_strands,omitempty" maxItems:"5" uniqueItems:"true" doc:"With hate_crime only: race, religion, sexual_orientation, disability, transgender."`
	Summary         string    `json:"summary" minLength:"1" maxLength:"10000"`
}

// Between is a first and a last day, either of which may be open.
type Between struct {
	From string `json:"from,omitempty" format:"date"`
	To   string `json:"to,omitempty" format:"date"`
}

// NewPlace is where something happened.
type NewPlace struct {
	Kind     string `json:"kind" minLength:"1" maxLength:"40" doc:"home, street, transport, online, work, school, venue, worship, elsewhere, or a partner's own word."`
	Borough  string `json:"borough,omitempty" maxLength:"60" doc:"An E09 code or the exact name."`
	Mode     string `json:"mode,omitempty" maxLength:"40"`
	Operator string `json:"operator,omitempty" maxLength:"80"`
	Route    string `json:"route,omitempty" maxLength:"80"`
}

// Safe is yes, no or unknown; true and false are taken for the first two.
type Safe struct{ models.Safety }

// Schema is called by huma.
func (Safe) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: "Unknown is not safe.",
		OneOf:       []*huma.Schema{{Type: huma.TypeString, Enum: []any{"yes", "no", "unknown"}}, {Type: huma.TypeBoolean}},
	}
}

// UnmarshalJSON reads the answer.
func (s *Safe) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	var ok bool
	if s.Safety, ok = models.ReadSafety(v); !ok {
		return errors.New("neither yes, no nor unknown")
	}
	return nil
}

// Key is a coded answer; the lists are published.
type Key string

// Schema is called by huma.
func (Key) Schema(huma.Registry) *huma.Schema {
	longest := 60
	return &huma.Schema{Type: huma.TypeString, MaxLength: &longest}
}

// Answer is a few words, yes or no, or a list of words.
type Answer string

// Schema is called by huma.
func (Answer) Schema(huma.Registry) *huma.Schema {
	longest, most := 100, 10
	words := &huma.Schema{Type: huma.TypeString, MaxLength: &longest}
	return &huma.Schema{OneOf: []*huma.Schema{words, {Type: huma.TypeBoolean}, {Type: huma.TypeArray, Items: words, MaxItems: &most}}}
}

// UnmarshalJSON reads the answer; a list is kept as its words with commas.
func (a *Answer) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case string:
		*a = Answer(v)
	case bool:
		*a = "no"
		if v {
			*a = "yes"
		}
	case []any:
		words := make([]string, len(v))
		for i, w := range v {
			words[i] = fmt.Sprint(w)
		}
		*a = Answer(strings.Join(words, ", "))
	}
	return nil
}

// Phrase is a few words.
type Phrase string

// Schema is called by huma.
func (Phrase) Schema(huma.Registry) *huma.Schema {
	longest := 100
	return &huma.Schema{Type: huma.TypeString, MaxLength: &longest}
}

// texts turns a list of keys or phrases into what services take.
func texts[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

func dictionary[T ~string](in map[string]T) map[string]string {
	out := make(map[string]string, len(in))
	for k, v := range in {
		out[k] = string(v)
	}
	return out
}

// date reads a day that the schema has checked; nil where it was left out.
func date(s string) *time.Time {
	if d, ok := models.ParseDay(s); ok {
		return &d
	}
	return nil
}

func (n *NewCase) input() cases.LogInput {
	in := cases.LogInput{
		Source: n.Source, Victim: n.Victim.victim(), SafeContact: n.SafeContact.contact(), ContactSource: n.SafeContact.Source,
		RiskLevel: models.Priority(n.RiskLevel), RiskNote: n.RiskNote,
		Asked:             models.EnhancedAsked{PersistentlyTargeted: n.PersistentlyTargeted, Vulnerable: n.Vulnerable, Intimidated: n.Intimidated},
		EnhancedOffReason: string(n.EnhancedOffReason), EnhancedOffNote: n.EnhancedOffNote,
		HelpOffered: n.HelpOffered, HelpReason: string(n.HelpReason), HelpNote: n.HelpNote, Wants: texts(n.Wants),
	}
	for _, p := range n.RelatedPeople {
		in.RelatedPeople = append(in.RelatedPeople, models.RelatedPerson{
			Relation: p.Relation, Name: p.Name, ParentalResponsibility: p.ParentalResponsibility, Suspect: p.Suspect,
		})
	}
	if n.Incident != nil {
		n.Incidents = append(n.Incidents, *n.Incident)
	}
	for i := range n.Incidents {
		in.Incidents = append(in.Incidents, n.Incidents[i].incident())
	}
	return in
}

func (v *NewVictim) victim() models.Victim {
	return models.Victim{
		GivenName: v.GivenName, FamilyName: v.FamilyName, KnownAs: v.KnownAs, DateOfBirth: date(v.DateOfBirth), Borough: v.Borough,
		Postcode: v.Postcode, Address: v.Address, Language: v.Language, InterpreterNeeded: v.InterpreterNeeded, AccessNeeds: texts(v.AccessNeeds),
		Equality: dictionary(v.Equality), Missing: spelledAll(v.Missing, unknowns()),
	}
}

func (s *NewSafeContact) contact() models.SafeContact {
	out := models.SafeContact{CodeWord: s.CodeWord, ConfirmedOn: date(s.ConfirmedOn)}
	for _, c := range s.Channels {
		p := models.ContactPoint{Value: c.Value, Note: c.Note, ContactChannel: models.ContactChannel{
			Kind: models.Channel(c.Channel), Person: c.Person, Safe: c.Safe.Safety, LeaveMessage: c.LeaveMessage.Safety == models.SafeYes,
		}}
		for _, w := range c.Windows {
			p.Windows = append(p.Windows, models.Window(w))
		}
		out.Channels = append(out.Channels, p)
	}
	return out
}

func (i *NewIncident) incident() models.Incident {
	out := models.Incident{
		OccurredOn: date(i.OccurredOn), ReportedOn: date(i.ReportedOn), WantsToReport: i.WantsToReport, Force: i.Force,
		CrimeReference: i.CrimeReference, OffenceTypes: texts(i.OffenceTypes), HateStrands: texts(i.HateStrands), Summary: i.Summary,
	}
	if i.OccurredBetween != nil {
		out.OccurredFrom, out.OccurredTo = date(i.OccurredBetween.From), date(i.OccurredBetween.To)
	}
	if i.Place != nil {
		out.Place = models.Place(*i.Place)
	}
	return out
}
