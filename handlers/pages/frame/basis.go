package frame

import (
	"slices"

	"github.com/a-h/templ"

	"throughline/models"
	"throughline/web/components"
)

// BasisFields ask why something may be shared with one receiver: on the victim's
// agreement and how it was given, or on another basis and why. The reason has a
// name of its own, because a form may ask for more than one. Allowed are the bases
// of the pathway, nil for every one.
func BasisFields(allowed []string, basis, method, reasonName, reason string, errs components.FormErrors) []templ.Component {
	var bases, methods []components.ChoiceItem
	for _, m := range models.SharingMethods() {
		if m.Key != models.MethodNone {
			methods = append(methods, components.ChoiceItem{Value: m.Key, Text: m.Words})
		}
	}
	for i, b := range models.SharingBases() {
		if allowed != nil && !slices.Contains(allowed, b.Key) {
			continue
		}
		item := components.ChoiceItem{Value: b.Key, Text: b.Words}
		if b.Key == models.BasisAgreement {
			item.Conditional = components.Radios(components.RadiosParams{
				Name: "method", Legend: "How did they say so?", LegendSize: components.Small, IsSmall: true,
				Items: methods, Value: method, Error: errs.Of("method"),
			})
		}
		if i == 1 {
			bases = append(bases, components.ChoiceItem{Divider: "or, without their agreement"})
		}
		bases = append(bases, item)
	}
	why := components.Radios(components.RadiosParams{Name: "basis", Legend: "Why may you share?", LegendSize: components.Medium, Items: bases, Value: basis, Error: errs.Of("basis")})
	if len(bases) == 1 {
		return []templ.Component{why}
	}
	return []templ.Component{
		why,
		components.TextArea(components.TextAreaParams{Name: reasonName, Label: "If they have not agreed: why it is lawful and needed", Value: reason, Error: errs.Of(reasonName), Rows: 3}),
	}
}
