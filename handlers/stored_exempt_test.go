package handlers

// fuller are bodies that have room for texts which the scene's has none for.
var fuller = map[string]string{
	"POST /api/v1/cases": aCase(`"source"`, `"related_people":[{"relation":"parent","name":"Grace"}],"help_offered":"no","help_reason":"other","enhanced_off_reason":"other","source"`,
		`{"kind":"home","borough":"E09000012"}`, `{"kind":"transport"}`, `"incident":{`, `"incidents":[{`, `"He threatened her."}`, `"He threatened her."}]`),
	"POST /api/v1/referrals/{id}/accept": `{"note":""}`, // for a team, and nobody of it yet
	"POST /api/v1/referrals/{id}/assign": `{"note":""}`,
}

// notWords are texts of the description that take no words of one's own, with
// what they have to be: by their name, or by operation and name where others of
// that name do take words.
var notWords = map[string]string{
	"POST /api/v1/sharing-decisions/{id}/withdraw reason": "a code",
	"answers.zz_any":                 "an answer of the list",
	"basis":                          "a code",
	"claim":                          "a claim's name, of plain letters",
	"contact":                        "an email address or a number",
	"data_kinds[0]":                  "a code",
	"domain":                         "a domain",
	"email":                          "an email address",
	"enhanced_off_reason":            "a code",
	"fields[0]":                      "a field's key",
	"hate_strands[0]":                "a code",
	"help_reason":                    "a code",
	"incidents[0].hate_strands[0]":   "a code",
	"incidents[0].offence_types[0]":  "a code",
	"incidents[0].place.borough":     "a borough",
	"issuer":                         "an address of https",
	"key":                            "a threshold's key",
	"marks[0].key":                   "a record's key",
	"method":                         "a code",
	"offence_types[0]":               "a code",
	"outcomes[0].need":               "a code",
	"phone":                          "a number",
	"place.borough":                  "a borough",
	"postcode":                       "a postcode",
	"reason":                         "a code",
	"record":                         "a reference",
	"reference":                      "a reference",
	"role":                           "a role",
	"roles[0].role":                  "a role",
	"safe_contact.channels[0].value": "a number, as of a telephone",
	"safe_contact.channels[0].windows[0].from": "a time",
	"safe_contact.channels[0].windows[0].to":   "a time",
	"shared_after_acceptance[0]":               "a field's key",
	"shared_fields[0]":                         "a field's key",
	"roles[0].value":                           "a group's name, of plain letters",
	"tests.probative.why":                      "asked of counselling notes alone",
	"victim.borough":                           "a borough",
	"victim.missing.zz_any":                    "a code",
	"victim.postcode":                          "a postcode",
	"wants[0]":                                 "a code",
}

// unread are texts that are kept, or only looked for, and stand on no page, with
// where they go.
var unread = map[string]string{
	"POST /api/v1/cases/search crime_reference":                            "looked for, never kept",
	"POST /api/v1/cases/search name":                                       "looked for, never kept",
	"POST /api/v1/cases/{id}/conflict reason":                              "nothing is asked of whoever does not know the person",
	"POST /api/v1/cases/{id}/protection/requests/{request_id}/answer note": "stays with the answer; the API reads it",
	"POST /api/v1/conflicts crime_reference":                               "compared by its blind index, never kept",
	"POST /api/v1/data-requests/{id}/mark marks[0].redacted":               "kept only where something is left out of a text",
	"POST /api/v1/data-requests/{id}/propose fields[0]":                    "nothing is disclosed by a refusal",
	"POST /api/v1/files/{id}/open reason":                                  "told to the trail, whose details no page shows",
	"POST /api/v1/invitations reason":                                      "asked for a role that crosses organisations; a caseworker's does not",
	"POST /api/v1/organisations/{id}/sign-on client_secret":                "a secret, sealed and never shown again",
	"POST /api/v1/people/{id}/disable team":                                "their work goes to it, and they have none",
	"POST /api/v1/referrals/{id}/notes/open reason":                        "told to the trail, whose details no page shows",
	"POST /api/v1/referrals/{id}/open reason":                              "told to the trail, whose details no page shows",
	"POST /api/v1/referrals/{id}/protection/lift note":                     "stays with the decision; the API reads it",
	"POST /api/v1/referrals/{id}/protection/restrict note":                 "stays with the decision; the API reads it",
	"POST /api/v1/referrals/{id}/record-contact person":                    "a relation; the API reads it",
	"POST /api/v1/referrals/{id}/return-decline reason":                    "the note that was sent with it stands in its place",
	"POST /api/v1/referrals/{id}/void note":                                "goes with the content of what should never have been",
	"incidents[0].place.mode":                                              "the API reads it",
	"incidents[0].place.operator":                                          "the API reads it",
	"incidents[0].place.route":                                             "the API reads it",
	"victim.address":                                                       "the API reads it, and a share that holds it",
	"victim.equality.zz_any":                                               "the API reads it; the pages show the answers of the list",
	"victim.equality.zz_any[0]":                                            "the API reads it; the pages show the answers of the list",
	"place.mode":                                                           "the API reads it",
	"place.operator":                                                       "the API reads it",
	"place.route":                                                          "the API reads it",
}
