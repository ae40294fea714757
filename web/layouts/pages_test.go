package layouts_test

import (
	"github.com/a-h/templ"

	"throughline/web/components"
	"throughline/web/layouts"
)

// Every person, service and number of the gallery is made up.

func pages() map[string]templ.Component {
	return map[string]templ.Component{
		"today": todayPage(), "inbox": inboxPage(), "decide": decidePage(), "case": casePage(),
		"form": formPage(nil), "form-errors": formPage(formErrors()), "question": questionPage(),
		"service": servicePage(), "blocks": blocksPage(), "done": donePage(), "list": listPage(), "overview": overviewPage(), "wide": widePage(),
	}
}

func caseworker(title string, wide bool) layouts.PageMeta {
	return layouts.PageMeta{
		Title: title, Wide: wide, User: "Priya N.", Org: "London Victim Service", Training: true,
		Nav: []layouts.NavItem{
			{Text: "Today", Href: "/today", Current: title == "Today", Keys: "g t"},
			{Text: "Cases", Href: "/cases", Current: title == "Case C-7KQ4-M2", Keys: "g c"},
			{Text: "Referrals", Href: "/referrals"},
			{Text: "Services", Href: "/services"},
			{Text: "Find a case", Href: "/find", Keys: "g f"},
		},
	}
}

func provider(title string) layouts.PageMeta {
	return layouts.PageMeta{
		Title: title, User: "Jo M.", Org: "Ashdown Advocacy", Training: true,
		Nav: []layouts.NavItem{
			{Text: "Inbox", Href: "/inbox", Current: true, Keys: "g t"},
			{Text: "Our work", Href: "/work"},
			{Text: "Our places", Href: "/places"},
			{Text: "Team", Href: "/team"},
		},
	}
}

func due(words string) components.ClockView {
	return components.ClockView{Kind: components.ClockRunning, Words: words}
}

func soon(words string) components.ClockView {
	return components.ClockView{Kind: components.ClockDueSoon, Words: words}
}

func late(words string) components.ClockView {
	return components.ClockView{Kind: components.ClockBreached, Words: words}
}

func safety(s components.Safety, words string) *components.SafetyView {
	return &components.SafetyView{Safety: s, Words: words}
}

func todayPage() templ.Component {
	return with(layouts.Page(caseworker("Today", true)),
		with(components.PageHead(components.PageHeadView{Title: "Today", Text: "Thursday 16 April 2026, 9.40am.", Link: &components.Link{Text: "See the whole team", Href: "/team"}}),
			components.Button(components.ButtonParams{Text: "Hide names", Kind: components.Secondary}),
			components.Button(components.ButtonParams{Text: "Log a case", Href: "/cases/new", Keys: "n"})),
		components.Strip([]components.StripItem{
			{Kind: "safety", Count: 2, Text: "Safety first", Href: "#g-safety"},
			{Kind: "late", Count: 1, Text: "Late", Href: "#g-late"},
			{Kind: "today", Count: 3, Text: "Due today", Href: "#g-late"},
			{Kind: "next", Count: 2, Text: "Next 3 working days", Href: "#g-late"},
			{Kind: "others", Count: 1208, Text: "Waiting on others", Href: "#g-others"},
		}),
		components.TaskGroup(components.TaskGroupView{ID: "g-safety", Title: "Safety first", Safety: true, Rows: []components.TaskRow{
			{Title: "Find another safe way to reach them", Href: "/cases/1", Why: "Someone else answered the phone. Nobody may call that number until you clear it.", Who: "Dee R.", WhoNote: "C-4HQ7-2M, Croydon", Clock: late("Late by 2 hours"), Contact: safety(components.SafetyNo, "Do not call, text or post")},
			{Title: "Safety check: bail condition lifted", Href: "/cases/2", Why: "Police told us Wednesday 15 April, 6.20pm. Two services are working with this case.", Who: "Samira H.", WhoNote: "C-9PK3-7T, Newham", Clock: soon("Due today, 12pm"), Contact: safety(components.SafetyNow, "Phone, any weekday")},
		}}),
		components.TaskGroup(components.TaskGroupView{ID: "g-late", Title: "Late", Rows: []components.TaskRow{
			{Title: "Answer a question from Harbour Counselling", Href: "/cases/3", Why: "“Is an interpreter needed for the first session?” Their clock is paused while you answer.", Who: "Tomasz W.", WhoNote: "C-2WX8-5D, Ealing", Clock: components.ClockView{Kind: components.ClockBreached, Words: "Late by 1 working day", Paused: "Paused since Thursday 16 April"}, Contact: safety(components.SafetyLater, "Phone from 10am to 12pm")},
			{Title: "Confirm the hand-off from Met Police, South", Href: "/cases/4", Who: "Not shown until you accept", WhoNote: "C-3NV6-8R, Sutton", Clock: due("Due Monday 20 April"), Contact: safety(components.SafetyNotKnown, "Not shared yet")},
		}}),
		with(components.Section("g-others", "Waiting on others", nil),
			components.Table(components.DataTable{
				Caption: "Waiting on others", Cards: true, Scroll: true,
				Columns: []components.Column{{Text: "Who has it"}, {Text: "What you asked"}, {Text: "Case"}, {Text: "Their clock"}},
				Rows: [][]components.DataCell{
					{{Text: "Lea Valley Refuge"}, {Text: "Decide on a referral"}, {Text: "C-7KQ4-M2"}, {Content: components.Clock(soon("Due today"))}},
					{{Text: "Met Police, South"}, {Text: "Confirm a crime reference"}, {Text: "C-6LT9-1B"}, {Content: components.Clock(components.ClockView{Kind: components.ClockNotEvidenced, Words: "No record it was received"})}},
				},
			})))
}

func inboxPage() templ.Component {
	meta := provider("Inbox")
	meta.Flash = &layouts.Flash{Text: "You accepted R-7W9B-F4. First contact is due by the end of Monday 20 April.", Link: &components.Link{Text: "See the contact details", Href: "/referrals/9"}}
	return with(layouts.Page(meta),
		components.PageHead(components.PageHeadView{Title: "Inbox", Text: "Thursday 16 April 2026, 9.40am"}),
		components.CardList(components.CardListView{ID: "in-1", Title: "To decide", Count: 3, Cards: []components.Card{
			{Title: "Referral R-8M2Q-T6", Href: "/referrals/1", Text: "Domestic abuse adviser. Woman, 29, Haringey. From Met Police, North.", Tags: []components.TagParams{{Text: "High risk", Colour: "red"}}, Clocks: []components.ClockView{soon("Decide by 12pm today")}, Contact: safety(components.SafetyNow, "Safe to phone now")},
			{Title: "Referral R-3D7L-P9", Href: "/referrals/2", Text: "Domestic abuse adviser. Man, 41, Enfield. From his GP practice.", State: "info_requested", Clocks: []components.ClockView{due("Decide by Friday 17 April")}, Contact: safety(components.SafetyLater, "Safe to phone after 5pm")},
			{Title: "Referral R-5H4X-C2", Href: "/referrals/3", Text: "Domestic abuse adviser. Woman, 63, Barnet. From Barnet Council.", Clocks: []components.ClockView{due("Decide by Monday 20 April")}, Contact: safety(components.SafetyNo, "Letter only, to her sister")},
		}}),
		components.CardList(components.CardListView{ID: "in-2", Title: "First contact to make", Count: 0, Empty: "Nothing to do here. You have 18 people you are working with."}),
		with(components.SidePanel("Your places: 2 of 40 free", 2), templ.Raw(`<p class="govuk-body-s">Confirmed 6 days ago. Referrers see this date.</p>`),
			components.Button(components.ButtonParams{Text: "Still right, confirm", Kind: components.Secondary})))
}

func decidePage() templ.Component {
	meta := provider("Decide on R-8M2Q-T6")
	meta.Back = &components.Link{Text: "Inbox", Href: "/inbox"}
	return with(layouts.Page(meta),
		templ.Raw(`<span class="govuk-caption-m">Referral R-8M2Q-T6 from Met Police, North</span><h1 class="govuk-heading-l govuk-!-margin-bottom-3">Can you support this person?</h1>`),
		components.SafeContact(components.SafeContactView{
			Title: "Safe to phone now", Text: "Weekdays, 9am to 3pm. Say you are calling about the library. Leave no message.",
			Channels: []components.Channel{{Name: "Phone", Safety: components.SafetyNow, Note: "Weekdays, 9am to 3pm."}, {Name: "Text, email and post", Safety: components.SafetyNo}},
			Foot:     "The number is shown after you accept. Confirmed with her Tuesday 14 April.",
		}),
		templ.Raw(`<h2 class="govuk-heading-m">What they shared</h2>`),
		components.SummaryList(components.SummaryListParams{Dense: true, Rows: []components.SummaryRow{
			{Key: "Who", Value: "Woman, 29, lives in Haringey. Name shown after you accept."},
			{Key: "Asked for", Value: "An adviser for domestic abuse, starting this week"},
			{Key: "Risk", Value: "15 on the risk form, Tuesday 14 April. Bail until Thursday 7 May: no contact."},
		}}),
		templ.Raw(`<form method="post" action="/referrals/1/accept" novalidate>`),
		components.Radios(components.RadiosParams{Name: "worker", Legend: "Who will make first contact?", LegendSize: components.Medium, IsSmall: true, Value: "jo", Items: []components.ChoiceItem{
			{Value: "jo", Text: "Me, Jo M. (18 open)"}, {Value: "ines", Text: "Ines P. (21 open, speaks Portuguese)"}, {Value: "later", Text: "The team, decide later"},
		}}),
		with(components.Actions(), components.Button(components.ButtonParams{Text: "Accept referral", Once: true, Keys: "a"})),
		templ.Raw(`</form><h2 class="govuk-heading-s govuk-!-margin-bottom-2">Not ready to accept?</h2>`),
		components.Stack([]components.StackItem{
			{Link: components.Link{Text: "Ask the referrer a question", Href: "/q"}, Note: "(your clock pauses)"},
			{Link: components.Link{Text: "Put on the waiting list", Href: "/w"}},
			{Link: components.Link{Text: "Propose to decline", Href: "/d"}},
		}))
}

func casePage() templ.Component {
	meta := caseworker("Case C-7KQ4-M2", true)
	meta.Top = components.Identity(components.IdentityView{
		Label: "Who this case is about", Name: "Amara Okafor",
		Facts: []components.Fact{{Key: "Case", Value: "C-7KQ4-M2"}, {Key: "Age", Value: "34"}, {Key: "Pronouns", Value: "she, her"}, {Key: "Lives in", Value: "Hackney"}},
		Flags: []components.TagParams{{Text: "High risk", Colour: "red"}, {Text: "Enhanced rights", Colour: "purple"}, {Text: "Address withheld", Colour: "open"}},
	})
	return with(layouts.Page(meta),
		components.SafeContact(components.SafeContactView{
			Title: "Wait: it is not yet safe to phone", Text: "Safe to phone today from 10am to 12pm. It is 9.40am. Ask for the code word first. Leave no message.",
			Record: &components.Link{Text: "Record a contact attempt", Href: "/contact"},
			Channels: []components.Channel{
				{Name: "Phone", Safety: components.SafetyLater, Note: "Tuesday and Thursday, 10am to 12pm. No voicemail. Code word set.", Value: "07700 900123"},
				{Name: "Text", Safety: components.SafetyNo, Note: "Not safe: someone else reads it."},
				{Name: "Email", Safety: components.SafetyNo, Note: "Not safe: shared tablet."},
				{Name: "Post", Safety: components.SafetyNo},
				{Name: "In person"},
			},
			Foot: "Last confirmed with her Tuesday 14 April 2026 by Ashdown Advocacy. Confirm again by Tuesday 28 April.", Change: &components.Link{Text: "Change safe contact", Href: "/safe-contact"},
		}),
		components.SubNav("Parts of this case", []components.SubNavItem{{Text: "Overview", Href: "/cases/1", Current: true}, {Text: "Clocks (3 due today)", Href: "/clocks"}, {Text: "Referrals (4)", Href: "/r"}, {Text: "Sharing", Href: "/s"}, {Text: "Who opened this", Href: "/o"}}),
		with(components.Section("ref-h", "Referrals", &components.Link{Text: "Refer to a service", Href: "/refer", Keys: "r"}),
			components.Table(components.DataTable{
				Caption: "Referrals on this case", Cards: true,
				Columns: []components.Column{{Text: "Service"}, {Text: "State"}, {Text: "Next clock"}},
				Rows: [][]components.DataCell{
					{{Text: "Ashdown Advocacy", Href: "/r1", Sub: "R-9F3T-D8. Adviser for domestic abuse."}, {Content: components.StateTag("in_progress"), Sub: "Reached Tuesday 14 April"}, {Content: components.Clock(due("Plan due Tuesday 28 April"))}},
					{{Text: "Rosa House", Href: "/r2", Sub: "R-2H8P-W5. Refuge place."}, {Content: components.StateTag("declined"), Sub: "No space."}, {Text: "Ended"}},
				},
			})),
		with(components.Section("ev-h", "Latest events", nil), components.Timeline([]components.TimelineEntry{
			{Title: "Suspect charged", By: "Met Police, Central East", When: "Wednesday 15 April 2026 at 3pm", Datetime: "2026-04-15T15:00", Text: "Started the clock “told of the charge”."},
		})))
}

func formErrors() components.FormErrors {
	return components.FormErrors{
		{Field: "given_name", Message: "Enter a first name, or say why there is none"},
		{Field: "dob", Target: "dob-year", Message: "Date of birth must include a year"},
		{Field: "channel", Message: "Choose at least one way to reach them"},
		{Field: "source", Message: "Choose how this came to you"},
		{Field: "borough", Message: "Choose a borough"},
		{Field: "summary", Message: "What happened must be 500 characters or fewer"},
	}
}

func oneError() components.FormErrors { return formErrors()[:1] }

func formPage(e components.FormErrors) templ.Component {
	meta := caseworker("Log a case", false)
	meta.Errors, meta.Back = e, &components.Link{Text: "Back", Href: "/today"}
	return with(layouts.Page(meta),
		templ.Raw(`<h1 class="govuk-heading-l">Who is this about?</h1><form method="post" action="/cases/new" novalidate>`),
		components.TextInput(components.TextInputParams{Name: "given_name", Label: "First name", Hint: "As they would say it", Error: e.Of("given_name"), Autocomplete: "off", Classes: "govuk-input--width-20"}),
		components.DateInput(components.DateInputParams{ID: "dob", Legend: "Date of birth", LegendSize: components.Small, Hint: "For example, 27 3 1994", Error: e.Of("dob"), Wrong: []string{"year"}, Day: "2", Month: "4"}),
		components.Radios(components.RadiosParams{Name: "source", Legend: "How did this come to you?", LegendSize: components.Medium, Error: e.Of("source"), Value: "police", Items: []components.ChoiceItem{
			{Value: "police", Text: "A police report", Conditional: components.TextInput(components.TextInputParams{Name: "crime_reference", Label: "Crime reference", Classes: "govuk-input--width-10"})},
			{Value: "self", Text: "They came to us", Hint: "They phoned, wrote, or walked in"},
			{Divider: "or"},
			{Value: "other", Text: "Another way"},
		}}),
		components.Checkboxes(components.CheckboxesParams{Name: "channel", Legend: "Which ways are safe?", LegendSize: components.Medium, Hint: "Ask. Never guess.", Error: e.Of("channel"), Values: []string{"phone"}, Items: []components.ChoiceItem{
			{Value: "phone", Text: "Phone", Conditional: components.TextInput(components.TextInputParams{Name: "phone", Label: "Number", Type: "tel", Prefix: "+44", Value: "7700 900123"})},
			{Value: "email", Text: "Email"},
			{Divider: "or"},
			{Value: "none", Text: "None of these", Exclusive: true},
		}}),
		components.Select(components.SelectParams{Name: "borough", Label: "Where do they live?", Error: e.Of("borough"), Value: "hck", Options: []components.Option{{Text: "Choose a borough"}, {Value: "hck", Text: "Hackney"}, {Value: "nwm", Text: "Newham"}}}),
		components.CharacterCount(components.CharacterCountParams{TextAreaParams: components.TextAreaParams{Name: "summary", Label: "What happened?", Hint: "In a sentence or two", Error: e.Of("summary"), Value: "Followed home twice.", Rows: 4}, MaxLength: 500}),
		with(components.Fieldset(components.FieldsetParams{Legend: "Anything else", LegendSize: components.Medium}), components.TextArea(components.TextAreaParams{Name: "else", Label: "Notes"})),
		with(components.Actions(), components.Button(components.ButtonParams{Text: "Continue"}), components.Button(components.ButtonParams{Text: "Save and finish later", Kind: components.Secondary, Name: "later", Value: "1"})),
		templ.Raw(`</form>`))
}

func questionPage() templ.Component {
	meta := caseworker("Risk", false)
	meta.Back = &components.Link{Text: "Back to what happened", Href: "/cases/new/incident"}
	return with(layouts.Page(meta), templ.Raw(`<form method="post" action="/cases/new/risk" novalidate>`),
		components.Radios(components.RadiosParams{Name: "risk", Legend: "How high is the risk?", LegendSize: components.Large, LegendIsHeading: true, Caption: "Log a case", Hint: "Use your own assessment. You can change it later.", Items: []components.ChoiceItem{
			{Value: "standard", Text: "Standard"}, {Value: "medium", Text: "Medium"}, {Value: "high", Text: "High", Hint: "The coordinator is told today"},
		}}),
		with(components.Actions(), components.Button(components.ButtonParams{Text: "Continue"})), templ.Raw(`</form>`))
}
