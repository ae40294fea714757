package layouts_test

import (
	"github.com/a-h/templ"

	"throughline/web/components"
	"throughline/web/layouts"
)

func servicePage() templ.Component {
	meta := caseworker("Choose a service - Refer, C-9PK3-7T", true)
	meta.Back = &components.Link{Text: "Back to need", Href: "/refer/need"}
	return with(layouts.Page(meta), templ.Raw(`<div class="tl-cols tl-cols--2-1"><form method="post" action="/refer/service" novalidate>`),
		with(components.Fieldset(components.FieldsetParams{Legend: "Which service should we ask?", LegendSize: components.Large, LegendIsHeading: true, Caption: "Refer case C-9PK3-7T, step 2 of 5", DescribedBy: "service-hint"}),
			templ.Raw(`<p class="govuk-body" id="service-hint">9 services offer refuge places in or near Newham. Nothing has been shared yet.</p><h2 class="govuk-heading-m govuk-!-margin-bottom-2">Fits, with places now (1)</h2><div class="govuk-radios govuk-!-margin-bottom-5">`),
			components.ServiceChoice(components.ServiceChoiceView{
				Name: "service", ID: "service", Value: "s1", Title: "Alder House", Checked: true,
				Reasons: []components.Reason{{Fit: components.FitYes, Text: "Women aged 16 and over"}, {Fit: components.FitYes, Text: "Takes people from Newham, outside their own borough"}, {Text: "Check by phone: ground-floor room needed"}},
				Facts:   []components.Fact{{Key: "Places", Value: "2 of 6 free", Meter: &components.Meter{Taken: 4, Total: 6}}, {Key: "Confirmed", Value: "Today, 8.15am"}, {Key: "Decides in", Value: "1 working day (usual)"}},
			}),
			templ.Raw(`</div><h2 class="govuk-heading-m govuk-!-margin-bottom-2">Fits, but there is a wait (1)</h2><div class="govuk-radios govuk-!-margin-bottom-5">`),
			components.ServiceChoice(components.ServiceChoiceView{
				Name: "service", ID: "service-2", Value: "s2", Title: "Ivy Court", Waits: true,
				Reasons: []components.Reason{{Fit: components.FitYes, Text: "Takes people from Newham"}},
				Facts:   []components.Fact{{Key: "Places", Value: "None free", Meter: &components.Meter{Taken: 5, Total: 5}}, {Key: "Waiting", Value: "4 people. Longest 19 days"}},
			}),
			templ.Raw(`</div>`)),
		with(components.Details(components.DetailsParams{Summary: "Why 2 other services are not offered"}),
			components.ReasonList([]components.Reason{{Fit: components.FitNo, Text: "Rosa House: already declined this need on Tuesday 14 April, no space"}, {Fit: components.FitNo, Text: "Tern House: inside her own borough"}})),
		with(components.Actions(), components.Button(components.ButtonParams{Text: "Continue"})),
		templ.Raw(`</form><aside class="tl-stick" aria-label="This referral so far">`),
		with(components.SidePanel("This referral so far", 2), components.SummaryList(components.SummaryListParams{Dense: true, Rows: []components.SummaryRow{{Key: "Need", Value: "Safe place to live"}, {Key: "Risk", Value: "High, 17 on the risk form"}}})),
		templ.Raw(`</aside></div>`))
}

func blocksPage() templ.Component {
	meta := caseworker("Blocks", false)
	return with(layouts.Page(meta),
		components.Breadcrumbs(components.BreadcrumbsParams{Items: []components.Link{{Text: "Cases", Href: "/cases"}, {Text: "Case C-7KQ4-M2"}}}),
		templ.Raw(`<h1 class="govuk-heading-l">Blocks</h1>`),
		with(components.PhaseBanner(components.PhaseBannerParams{Tag: "Training", Text: "Nothing here is real."})),
		with(components.NotificationBanner(components.NotificationBannerParams{Text: "Bank holidays after 2027 are not loaded."})),
		components.WarningText(components.WarningTextParams{Text: "Nobody may use this number until it is cleared."}),
		with(components.InsetText(components.InsetTextParams{Text: "She agreed to share with this service on Tuesday 14 April."})),
		with(components.Details(components.DetailsParams{Summary: "Help with nationality", Text: "You can leave this out.", Open: true})),
		components.SummaryList(components.SummaryListParams{Card: &components.SummaryCard{Title: "Victim", Actions: []components.Link{{Text: "Change", Href: "/change"}}}, Rows: []components.SummaryRow{
			{Key: "Name", Value: "Amara Okafor", Actions: []components.Link{{Text: "Change", Href: "/change", Hidden: "name"}}}, {Key: "Born", Value: "27 March 1992"},
		}}),
		components.GovTable(components.TableParams{Caption: "Places", CaptionSize: components.Medium, FirstCellIsHeader: true, Head: []components.Cell{{Text: "Service"}, {Text: "Free", Numeric: true}}, Rows: [][]components.Cell{{{Text: "Alder House"}, {Text: "2", Numeric: true}}}}),
		components.TaskList(components.TaskListParams{Items: []components.Task{
			{Title: "Who they are", Href: "/who", Status: "Completed"}, {Title: "What happened", Href: "/what", Hint: "Date, place and force", Tag: &components.TagParams{Text: "Not yet started", Colour: "blue"}}, {Title: "Check", Status: "Cannot start yet", CannotStart: true},
		}}),
		components.Steps([]components.Step{{Title: "You asked for support", Text: "Tuesday 14 April", State: components.StepDone}, {Title: "They said yes", Text: "Thursday 16 April. You are here now.", State: components.StepNow}, {Title: "Next: they get in touch", Text: "By Monday 20 April.", State: components.StepNext}}),
		templ.Raw(`<h2 class="govuk-heading-m">States and clocks</h2><p class="govuk-body">`), allStates(), templ.Raw(`</p><ul class="govuk-list">`), allClocks(), templ.Raw(`</ul>`),
		components.Pagination(components.PaginationParams{PreviousHref: "?before=a", PreviousLabel: "51 to 100", NextHref: "?after=b"}))
}

func allStates() templ.Component {
	var all []templ.Component
	for _, s := range []string{"draft", "submitted", "acknowledged", "info_requested", "waitlisted", "decline_proposed", "accepted", "in_progress", "on_hold", "completed", "ended_early", "not_engaged", "declined", "withdrawn", "rerouted", "lapsed", "entered_in_error", "invented"} {
		all = append(all, components.StateTag(s), templ.Raw(" "))
	}
	return templ.Join(all...)
}

func allClocks() templ.Component {
	var all []templ.Component
	for _, c := range []components.ClockView{
		due("Due Friday 17 April"), soon("Due today"),
		{Kind: components.ClockMet, Words: "Met Tuesday 7 April"},
		late("Late by 2 working days"),
		{Kind: components.ClockNotEvidenced, Words: "No record"},
		{Kind: components.ClockWaived, Words: "They chose not to have this, Monday 13 April"},
		{Kind: components.ClockNotApplicable, Words: "Does not apply: no hearing"},
	} {
		all = append(all, templ.Raw("<li>"), components.Clock(c), templ.Raw("</li>"))
	}
	return templ.Join(all...)
}

func donePage() templ.Component {
	return with(layouts.Page(caseworker("Referral sent", false)),
		components.Panel(components.PanelParams{Title: "Referral sent", Text: "R-8M2Q-T6"}),
		templ.Raw(`<p class="govuk-body">They decide by Friday 17 April. You will hear on Today. You still hold the case.</p><p class="govuk-body"><button type="button" class="govuk-button govuk-button--secondary" data-copy="R-8M2Q-T6" hidden>Copy reference</button><span role="status"></span></p>`))
}

func listPage() templ.Component {
	return with(layouts.Page(caseworker("Cases", true)),
		components.PageHead(components.PageHeadView{Title: "Cases (2)"}),
		with(components.Filter(components.FilterView{Action: "/cases", ClearHref: "/cases", Selected: []components.SelectedFilter{{Group: "State", Items: []components.Link{{Text: "Open", Href: "/cases"}}}}}),
			components.Checkboxes(components.CheckboxesParams{Name: "state", Legend: "State", LegendSize: components.Small, IsSmall: true, Values: []string{"open"}, Items: []components.ChoiceItem{{Value: "open", Text: "Open"}, {Value: "ended", Text: "Ended"}}}),
			components.Select(components.SelectParams{Name: "borough", Label: "Borough", Options: []components.Option{{Text: "Any"}, {Value: "hck", Text: "Hackney"}}})),
		components.Table(components.DataTable{
			Caption: "Cases", Cards: true, Columns: []components.Column{{Text: "Case"}, {Text: "Holder"}, {Text: "Next clock"}, {Text: "Safety"}},
			Rows: [][]components.DataCell{
				{{Text: "C-7KQ4-M2", Href: "/cases/1", Sub: "Amara Okafor, Hackney"}, {Text: "London Victim Service"}, {Content: components.Clock(soon("Due today"))}, {Content: components.SafetyLine(*safety(components.SafetyLater, "Phone from 10am"))}},
				{{Text: "C-9PK3-7T", Href: "/cases/2", Sub: "Samira H., Newham"}, {Text: "Met Police, South"}, {Content: components.Clock(late("Late by 3 working days"))}, {Content: components.SafetyLine(*safety(components.SafetyNo, "Do not call"))}},
			},
		}),
		components.Pagination(components.PaginationParams{NextHref: "/cases?after=x"}))
}
