package components

import "strings"

// outOfScope names the fixtures our structs cannot express, each with the reason.
var outOfScope = excused{
	{"one language and one wording for every page", []string{
		"character-count: with custom textarea description",
		"character-count: with neither maxlength nor maxwords set",
		"character-count: with translations",
		"error-message: with visually hidden text",
		"error-message: visually hidden text removed",
	}},
	{"no class of its own on this inner part", []string{
		"character-count: custom classes on countMessage",
		"phase-banner: tag classes",
		"input: with prefix with classes",
		"input: with customised input wrapper",
		"date-input: items with classes",
		"fieldset: legend classes",
		"task-list: custom classes",
		"summary-list: key with classes",
		"summary-list: actions with classes",
		"summary-list: classes on items",
		"summary-list: overridden-widths",
	}},
	{"a Go slice has no empty entries", []string{
		"checkboxes: with falsy values",
		"radios: with falsy items",
		"table: with falsy items",
		"select: with falsy items",
		"task-list: with empty values",
		"summary-list: with falsy values",
	}},
	{"markup is never passed as a string: this takes text only", []string{
		"checkboxes: label with attributes",
		"checkboxes: fieldset html params",
		"button: html",
		"button: start link with html",
		"phase-banner: tag html",
		"tag: html",
		"warning-text: html",
		"input: with prefix with html",
		"input: with suffix with html",
		"input: with suffix with classes",
		"input: with suffix with attributes",
		"radios: with legend as page heading",
		"radios: fieldset with html",
		"date-input: fieldset html",
		"back-link: html",
		"details: summary html",
		"fieldset: html",
		"panel: default",
		"panel: title html",
		"task-list: html",
		"label: html",
		"error-message: translated",
		"error-message: html",
		"error-summary: title html",
		"error-summary: description html",
		"error-summary: error list with html",
		"error-summary: error list with html link",
		"breadcrumbs: html",
		"notification-banner: title as html",
		"summary-list: as a summary card with a html header",
		"summary-list: key with html",
		"summary-list: actions with html",
		"summary-list: translated",
		"hint: with html",
	}},
	{"an explicit no is the same as leaving it out", []string{
		"checkboxes: item checked overrides values",
		"button: don't prevent double click",
		"radios: item checked overrides value",
		"select: item selected overrides value",
		"error-summary: autofocus explicitly enabled",
		"notification-banner: auto-focus explicitly enabled, with type as success",
	}},
	{"lists are paged by keyset: there are no page numbers", []string{
		"pagination: default",
		"pagination: with custom link and item text",
		"pagination: with many pages",
		"pagination: first page",
		"pagination: last page",
		"pagination: with custom classes",
		"pagination: with custom attributes",
		"pagination: with custom navigation landmark",
		"pagination: with custom accessible labels on item links",
		"pagination: with empty items",
	}},
	{"no attributes of its own on this inner part", []string{
		"input: with prefix with attributes",
		"radios: label with attributes",
		"date-input: with input attributes",
		"task-list: custom attributes",
		"error-summary: error list with attributes",
		"breadcrumbs: item attributes",
		"summary-list: actions with attributes",
	}},
	{"one set of names and labels for every date, so that they can be read back alike", []string{
		"date-input: with translations",
		"date-input: with values, name prefix and custom names",
		"date-input: custom pattern",
		"date-input: custom inputmode",
		"date-input: with nested name",
		"date-input: with id on items",
		"date-input: with item value",
		"date-input: with field value and items",
		"date-input: with field value and item value",
		"date-input: with field value, item value and values",
	}},
	{"no page asks for a date without a year", []string{
		"date-input: day and month",
		"date-input: day and month (using items)",
	}},
	{"a box cannot be declared right while the message names no other", []string{
		"date-input: with error on single field by omission",
		"date-input: with error on single item by omission",
	}},
	{"the interruption panel is not used", []string{
		"panel: interruption",
		"panel: interruption-with-content-with-long-line-length",
		"panel: interruption-with-headings-content-and-lists",
		"panel: interruption with custom classes",
		"panel: confirmation, with actions",
		"panel: interruption, with actions classes and attributes",
		"panel: interruption, submit action",
		"panel: interruption, button link",
		"panel: interruption, no actions",
		"panel: interruption, no actions items",
	}},
}

// excused is a reason and the fixtures it holds for, as "component: name".
type excused []struct {
	reason   string
	fixtures []string
}

// of gives the reasons of one component by fixture name.
func (e excused) of(component string) map[string]string {
	out := map[string]string{}
	for _, group := range e {
		for _, f := range group.fixtures {
			if name, ok := strings.CutPrefix(f, component+": "); ok {
				out[name] = group.reason
			}
		}
	}
	return out
}
