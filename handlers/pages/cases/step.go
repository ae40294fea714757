package cases

import (
	"slices"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/models"
	"throughline/web/components"
)

// steps are the pages in their order: how somebody is reached safely comes
// before any detail of the crime (ux.md 4.1).
func steps() []step {
	return []step{
		{
			path: "who", title: "Who is the victim?", lede: "Leave out what is not known or not safe to ask. Nothing is shared until you share it.",
			keeps:  []string{"given_name", "family_name", "known_as", "dob", "borough", "postcode", "language", "interpreter", "sex", "access", "missing"},
			fields: (*Pages).whoFields,
		},
		{
			path: "contact", title: "How can they be reached safely?", lede: "Ask before anything else. Not known counts as not safe.",
			keeps: []string{"reach", "phone", "text_safe", "message", "code_word", "confirmed", "said"}, fields: (*Pages).contactFields,
		},
		{
			path: "ways", title: "Which ways are safe, and when?", lede: "Not known counts as not safe. Leave the days empty where any time is safe.",
			keeps: []string{"way_"}, fields: (*Pages).waysFields, skips: func(j *journey) bool { return j.Values.one("reach") != reachOther },
		},
		{path: "crime", title: "What kind of crime is it?", keeps: []string{"offence", "strand"}, fields: (*Pages).crimeFields},
		{
			path: "when", title: "When and where did it happen?", keeps: []string{"when", "on-", "from-", "to-", "reported", "force", "crime_reference", "place"},
			fields: (*Pages).whenFields,
		},
		{path: "account", title: "What happened?", keeps: []string{"source", "summary", "responsible"}, fields: (*Pages).accountFields},
		{
			path: "people", title: "Is anyone else part of this?", lede: "Children, parents and carers. Leave empty if there is nobody.",
			keeps: []string{"person"}, fields: (*Pages).peopleFields,
		},
		{path: "rights", title: "Do Enhanced Rights apply?", keeps: []string{"asked", "rights", "off_"}, fields: (*Pages).rightsFields},
		{path: "risk", title: "How high is the risk?", keeps: []string{"risk"}, fields: (*Pages).riskFields},
		{path: "help", title: "What do they want?", keeps: []string{"wants", "help"}, fields: (*Pages).helpFields},
		{
			path: "equality", title: "Equality questions", lede: equalityLede, keeps: []string{equalityName}, aside: true,
			fields: func(_ *Pages, _ *gin.Context, j *journey, e components.FormErrors) ([]templ.Component, error) {
				return equalityFields(j.Values, e, models.EqualitySex), nil
			},
		},
	}
}

func findStep(path string) (step, bool) {
	all := steps()
	i := slices.IndexFunc(all, func(s step) bool { return s.path == path })
	if i < 0 {
		return step{}, false
	}
	return all[i], true
}
