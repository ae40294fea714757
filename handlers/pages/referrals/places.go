package referrals

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/directory"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/referrals"
	"throughline/web/pages/shared"
)

// placesPath is where an organisation says whether its services take people.
const placesPath = "/places"

// placesPage lists the services of the reader's organisation with what referrers
// see of each, and since when.
func (p *Pages) placesPage(c *gin.Context) error {
	own, err := p.Directory.Own(c.Request.Context())
	if err != nil {
		return err
	}
	v := view.OurPlacesView{Meta: p.Frame.Meta(c, "Our places", placesPath), Empty: "Your organisation offers no service here."}
	if c.Query("done") == "places" {
		v.Meta.Flash = &layouts.Flash{Text: "Confirmed. Referrers see it with today's date."}
	}
	for i := range own {
		v.Services = append(v.Services, p.placeCard(&own[i]))
	}
	return render.OK(c, view.OurPlaces(v))
}

func (p *Pages) placeCard(s *models.Service) components.SummaryListParams {
	rows := []components.SummaryRow{{Key: "Referrers see", Value: upper(capacityWords(*s))}}
	if s.WaitDays != nil {
		rows = append(rows, components.SummaryRow{Key: "Wait", Value: models.Plural(*s.WaitDays, "day", "days")})
	}
	rows = append(rows, components.SummaryRow{Key: "Confirmed", Value: p.confirmed(s)})
	card := &components.SummaryCard{Title: s.Name}
	if s.Capacity != models.CapacityClosed {
		card.Actions = []components.Link{{Text: "Update", Href: placesPath + "/" + s.ID.String()}}
	}
	return components.SummaryListParams{Rows: rows, Card: card}
}

// confirmed says how old what was published is.
func (p *Pages) confirmed(s *models.Service) string {
	last, ok := directory.StaleAfter(s)
	switch {
	case !ok:
		return "Nobody has confirmed this yet. Referrers see that."
	case models.Today(p.Now()).After(last):
		return "Out of date: last confirmed " + models.DayIn(*s.CapacityConfirmedOn, p.Now()) + ". Referrers see that."
	}
	return models.DayIn(*s.CapacityConfirmedOn, p.Now()) + ". Goes out of date after " + models.DayIn(last, p.Now()) + "."
}

// place finds the service of the address among the reader's own.
func (p *Pages) place(c *gin.Context) (models.Service, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.Service{}, models.NotFound("service")
	}
	return p.Directory.OwnService(c.Request.Context(), id)
}

func (p *Pages) placeForm(c *gin.Context) error {
	s, err := p.place(c)
	if err != nil {
		return err
	}
	if s.Capacity == models.CapacityClosed {
		return p.placeMoved(c, models.Conflict("This service has been closed. Whoever runs Throughline opens it again."))
	}
	number := func(n *int) []string {
		if n == nil {
			return nil
		}
		return []string{strconv.Itoa(*n)}
	}
	return p.drawPlace(c, &s, typed{
		"capacity": {string(s.Capacity)}, "places_open": number(s.PlacesOpen), "places_total": number(s.PlacesTotal), "wait_days": number(s.WaitDays),
		"version": {strconv.Itoa(s.CapacityVersion)},
	}, nil)
}

func (p *Pages) drawPlace(c *gin.Context, s *models.Service, t typed, errs components.FormErrors) error {
	meta := p.Frame.Meta(c, "Places, "+s.Name, placesPath)
	meta.Back, meta.Errors = &components.Link{Text: "Our places", Href: placesPath}, errs
	number := func(name, label, hint string) templ.Component {
		return components.TextInput(components.TextInputParams{
			Name: name, Label: label, Hint: hint, Value: t.one(name), Error: errs.Of(name), InputMode: "numeric", Classes: "govuk-input--width-4", Autocomplete: "off",
		})
	}
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: s.Name, Title: "Are you taking people?", Button: "Confirm",
		Lede:   "Referrers see your answer and its date at once. After a week they are told that it is out of date.",
		Hidden: []shared.Hidden{{Name: "version", Value: t.one("version")}},
		Fields: []templ.Component{
			components.Radios(components.RadiosParams{Name: "capacity", Legend: "At present", LegendSize: components.Medium, Value: t.one("capacity"), Error: errs.Of("capacity"), Items: []components.ChoiceItem{
				{Value: string(models.CapacityOpen), Text: "Open", Hint: "People can start."},
				{Value: string(models.CapacityLimited), Text: "Limited", Hint: "People go on a waiting list.", Conditional: number("wait_days", "About how many days do they wait?", "")},
				{Value: string(models.CapacityPaused), Text: "Paused", Hint: "Nobody can be referred until you say so."},
			}}),
			number("places_open", "Places free (optional)", "Leave empty if you do not count places."),
			number("places_total", "Places in all (optional)", ""),
		},
		Cancel: &components.Link{Text: "Cancel", Href: placesPath},
	}), errs.Any())
}

// takePlace publishes what was answered. A wait is only kept where there is a
// list to wait on.
func (p *Pages) takePlace(c *gin.Context) error {
	s, err := p.place(c)
	if err != nil {
		return err
	}
	t, err := read(c)
	if err != nil {
		return err
	}
	in := directory.Capacity{Capacity: models.Capacity(t.one("capacity"))}
	var faults []models.FieldError
	number := func(name string) *int {
		if t.one(name) == "" {
			return nil
		}
		n, err := strconv.Atoi(t.one(name))
		if err != nil {
			faults = append(faults, models.Field(name, models.FieldInvalid, "Enter a whole number"))
			return nil
		}
		return &n
	}
	in.PlacesOpen, in.PlacesTotal = number("places_open"), number("places_total")
	if in.Capacity == models.CapacityLimited {
		in.WaitDays = number("wait_days")
	}
	_, err = p.Directory.Publish(frame.Held(c, t.one("version"), faults...), s.ID, in)
	switch {
	case frame.IsInvalid(err):
		return p.drawPlace(c, &s, t, frame.Errors(err, nil))
	case err != nil:
		return p.placeMoved(c, err)
	}
	render.See(c, placesPath+"?done=places")
	return nil
}

func (p *Pages) placeMoved(c *gin.Context, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.Frame.Meta(c, "Our places", placesPath), Title: "This has changed", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: placesPath}),
	}))
}
