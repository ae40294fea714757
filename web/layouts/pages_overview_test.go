package layouts_test

import (
	"fmt"

	"github.com/a-h/templ"

	"throughline/web/charts"
	"throughline/web/components"
	"throughline/web/layouts"
)

func overviewPage() templ.Component {
	meta := layouts.PageMeta{Title: "Overview", Wide: true, User: "R. Adeyemi", Org: "Commissioner’s office", Training: true, Nav: []layouts.NavItem{
		{Text: "Overview", Href: "/overview", Current: true}, {Text: "Scorecards", Href: "/scorecards"}, {Text: "Downloads", Href: "/downloads"},
	}}
	line := func(target float64, values ...float64) templ.Component {
		t := charts.TrendLine{Target: &target}
		for i := range values {
			t.Values = append(t.Values, &values[i])
		}
		return charts.Trend(t)
	}
	return with(layouts.Page(meta),
		with(components.PageHead(components.PageHeadView{Title: "Overview", Text: "January to December 2026, all routes, all of London. Counted Thursday 16 April 2026, 6am."}),
			components.Button(components.ButtonParams{Text: "Change dates or route", Href: "/overview/dates", Kind: components.Secondary})),
		components.Kpis([]components.KpiView{
			{Title: "Decided in target", Value: "67%", Trend: line(80, 74, 73, 75, 72, 71, 72, 70, 71, 69, 70, 68, 66, 67), Text: "Target 80%. Down 3 points on last quarter."},
			{Title: "Time to acknowledge", Value: "4 hours", Trend: line(8, 7, 6, 6, 5, 5, 4), Text: "Half within 4 hours, 9 in 10 within 2 days."},
			{Title: "Declined by service", Value: "387", Text: "203 for want of space."},
			{Title: "Hate crime, City", Value: "<5", Hidden: true, Text: "Too few for a rate."},
		}),
		templ.Raw(`<div class="tl-cols tl-cols--1-1">`),
		components.ChartFigure(monthly(false, 3, 6).Figure("/overview/months.csv")),
		components.ChartFigure(times().Figure("/overview/times.csv")),
		components.ChartFigure(charts.Reasons{ID: "declines", Title: "Declines by reason", Lede: "387 referrals a service declined, with the reason it gave.", Desc: "No space is the reason for 203 of 387.", What: "Reason", Unit: "Referrals", Rows: []charts.Reason{
			{Label: "No space, or the list is closed", Count: charts.Shown(203), Note: "52% of 387"},
			{Label: "Outside the area the service covers", Count: charts.Shown(88), Note: "23% of 387"},
			{Label: "Needs another kind of service", Count: charts.Shown(61), Note: "16% of 387"},
			{Label: "Conflict of interest", Count: charts.TooFew()},
			{Label: "Safety of others in the building", Count: charts.Protected()},
		}}.Figure("/overview/declines.csv")),
		components.ChartFigure(monthly(true, 4, 12).Figure("")),
		templ.Raw(`</div>`))
}

func widePage() templ.Component {
	return with(layouts.Page(caseworker("Wide chart", true)), components.PageHead(components.PageHeadView{Title: "Wide chart"}),
		components.ChartFigure(monthly(false, 4, 12).Figure("")))
}

func times() charts.Times {
	return charts.Times{
		ID: "times", Title: "Time to decide", Lede: "67% inside the target.", Desc: "881 of 1,314 referrals were decided within 2 working days.", Target: 3,
		TargetWords: "Target: 2 working days", Middle: "Half within 2 days, 9 in 10 within 5", Axis: "Working days from sent to decision", Unit: "Referrals", What: "Working days",
		Bins: []charts.Bin{{Label: "0", Count: charts.Shown(112)}, {Label: "1", Count: charts.Shown(318)}, {Label: "2", Count: charts.Shown(451)}, {Label: "3", Count: charts.Shown(146)}, {Label: "4", Count: charts.Shown(74)}, {Label: "5", Count: charts.Shown(41)}, {Label: "6 to 10", Count: charts.TooFew()}, {Label: "11+", Count: charts.Shown(38)}, {Label: "Not decided", Count: charts.Shown(71), Open: true}},
	}
}

func monthly(stacked bool, series, months int) charts.MonthBars {
	b := charts.MonthBars{ID: fmt.Sprintf("m%v%d%d", stacked, series, months), Title: fmt.Sprintf("Referrals by service and month, %d services", series), Lede: "Referrals sent, by the service asked.", Desc: "Each service over the months.", Stacked: stacked, Unit: "Referrals", Series: []string{"Adviser for domestic abuse", "Refuge", "Sexual violence", "Restorative justice"}[:series]}
	names := []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	for m := range months {
		month := charts.Month{Label: names[m][:3], Name: names[m] + " 2026"}
		for s := range series {
			c := charts.Shown((m*37+s*53)%120 + 5)
			if (m+s)%5 == 4 {
				c = charts.TooFew()
			}
			month.Counts = append(month.Counts, c)
		}
		b.Months = append(b.Months, month)
	}
	return b
}
