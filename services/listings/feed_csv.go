package listings

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"path"
	"strings"
)

// mostUnpacked bounds what the tables of a package may come to, in bytes.
const mostUnpacked = 256 << 20

// eachRow reads a table with the names of its columns in the first line. A row
// with more or fewer columns is handed on as nil.
func eachRow(r io.Reader, each func(map[string]string) error) error {
	c := csv.NewReader(r)
	c.FieldsPerRecord, c.ReuseRecord = -1, true
	head, err := c.Read()
	if err != nil {
		return brokenTable(err)
	}
	columns := make([]string, len(head))
	for i, name := range head {
		columns[i] = strings.NewReplacer(" ", "_", ".", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))))
	}
	for {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return brokenTable(err)
		}
		var row map[string]string
		if len(fields) == len(columns) {
			row = make(map[string]string, len(columns))
			for i, name := range columns {
				row[name] = strings.TrimSpace(fields[i])
			}
		}
		if err := each(row); err != nil {
			return err
		}
	}
}

func brokenTable(err error) error {
	if _, ok := errors.AsType[*csv.ParseError](err); ok || errors.Is(err, io.EOF) {
		return whole("invalid", "The file is not CSV to its end, with the names of the columns in its first line")
	}
	return broken(err)
}

// readCSV reads services one to a line, with the columns of the standard's table
// of services and, beside them, those of one place and one organisation.
func readCSV(r io.Reader, each func(*feedService) error) error {
	return eachRow(r, func(row map[string]string) error {
		if row == nil {
			return each(nil)
		}
		s := serviceOf(row)
		s.OrganizationName = feedText(cmp.Or(row["organization_name"], row["organisation_name"], row["organization"], row["organisation"]))
		if phone := cmp.Or(row["phone"], row["number"]); phone != "" {
			s.Phones = []feedPhone{{feedText(phone)}}
		}
		s.Languages, s.Areas = namesOf(row["languages"]), namesOf(row["service_areas"])
		for _, n := range namesOf(row["taxonomy_terms"]) {
			var a feedAttribute
			a.Term.Name = n.Name
			s.Attributes = append(s.Attributes, a)
		}
		s.Schedules = []feedSchedule{scheduleOf(row)}
		at := feedAt{Location: locationOf(row)}
		at.Location.ID, at.Location.Name = "", feedText(row["location_name"])
		at.Location.Addresses = []feedAddress{addressOf(row)}
		if row["address_1"]+row["postal_code"]+row["latitude"]+row["location_type"] != "" {
			s.AtLocations = []feedAt{at}
		}
		return each(s)
	})
}

func serviceOf(row map[string]string) *feedService {
	of := func(name string) feedText { return feedText(row[name]) }
	return &feedService{
		ID: of("id"), Name: of("name"), Description: of("description"), URL: of("url"), Email: of("email"), Status: of("status"), Fees: of("fees"), FeesDescription: of("fees_description"),
		Accreditations: of("accreditations"), Alert: of("alert"), AssuredDate: of("assured_date"), MinimumAge: of("minimum_age"), MaximumAge: of("maximum_age"),
	}
}

func scheduleOf(row map[string]string) feedSchedule {
	return feedSchedule{Freq: feedText(row["freq"]), ByDay: feedText(row["byday"]), OpensAt: feedText(row["opens_at"]), ClosesAt: feedText(row["closes_at"])}
}

func locationOf(row map[string]string) feedLocation {
	return feedLocation{ID: feedText(row["id"]), Type: feedText(row["location_type"]), Name: feedText(row["name"]), Latitude: feedText(row["latitude"]), Longitude: feedText(row["longitude"])}
}

func addressOf(row map[string]string) feedAddress {
	return feedAddress{feedText(row["address_1"]), feedText(row["address_2"]), feedText(row["city"]), feedText(row["postal_code"])}
}

func namesOf(list string) (out []feedNamed) {
	for name := range strings.SplitSeq(list, ";") {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, feedNamed{feedText(name)})
		}
	}
	return out
}

// tables are those of the standard's package that say something we publish.
var tables = []string{
	"services", "organizations", "service_at_location", "service_at_locations", "locations", "addresses", "phones", "contacts", "schedules", "languages", "service_areas",
	"attributes", "taxonomy_terms",
}

// readPackage reads the standard's package of tables, zipped: services, and what
// hangs on each by its id.
func readPackage(content []byte, each func(*feedService) error) error {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return whole("invalid", "The file is not a zip of tables")
	}
	all, left := map[string][]map[string]string{}, int64(mostUnpacked)
	for _, f := range z.File {
		name := strings.TrimSuffix(path.Base(f.Name), ".csv")
		if !contains(tables, name) || !strings.HasSuffix(f.Name, ".csv") || f.FileInfo().IsDir() {
			continue
		}
		if all[name] != nil {
			return whole("invalid", "The zip holds a table twice")
		}
		r, err := f.Open()
		if err != nil {
			return whole("invalid", "The file is not a zip of tables")
		}
		in := &io.LimitedReader{R: r, N: left + 1}
		err = eachRow(in, func(row map[string]string) error {
			all[name] = append(all[name], row)
			return nil
		})
		_ = r.Close()
		if left = in.N - 1; left < 0 {
			return whole("too_long", "What the zip holds is too large")
		}
		if err != nil {
			return err
		}
	}
	return join(all, each)
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// join puts what hangs on a service to it.
func join(all map[string][]map[string]string, each func(*feedService) error) error {
	one := func(table string) map[string]map[string]string {
		out := map[string]map[string]string{}
		for _, row := range all[table] {
			out[row["id"]] = row
		}
		return out
	}
	by := func(column string, names ...string) map[string][]map[string]string {
		out := map[string][]map[string]string{}
		for _, table := range names {
			for _, row := range all[table] {
				out[row[column]] = append(out[row[column]], row)
			}
		}
		return out
	}
	organizations, locations, terms := one("organizations"), one("locations"), one("taxonomy_terms")
	at, addresses, phones, contacts := by("service_id", "service_at_location", "service_at_locations"), by("location_id", "addresses"), by("service_id", "phones"), by("service_id", "contacts")
	schedules, languages, areas, attributes := by("service_id", "schedules"), by("service_id", "languages"), by("service_id", "service_areas"), by("link_id", "attributes")
	for _, row := range all["services"] {
		if row == nil {
			if err := each(nil); err != nil {
				return err
			}
			continue
		}
		s := serviceOf(row)
		id := row["id"]
		s.OrganizationName = feedText(organizations[row["organization_id"]]["name"])
		for _, r := range at[id] {
			if place, ok := locations[r["location_id"]]; ok {
				l := locationOf(place)
				for _, a := range addresses[place["id"]] {
					l.Addresses = append(l.Addresses, addressOf(a))
				}
				s.AtLocations = append(s.AtLocations, feedAt{Location: l})
			}
		}
		for _, r := range phones[id] {
			s.Phones = append(s.Phones, feedPhone{feedText(r["number"])})
		}
		for _, r := range contacts[id] {
			s.Contacts = append(s.Contacts, feedContact{Email: feedText(r["email"])})
		}
		for _, r := range schedules[id] {
			h := scheduleOf(r)
			h.Description = feedText(r["description"])
			s.Schedules = append(s.Schedules, h)
		}
		for _, r := range languages[id] {
			s.Languages = append(s.Languages, feedNamed{feedText(r["name"])})
		}
		for _, r := range areas[id] {
			s.Areas = append(s.Areas, feedNamed{feedText(r["name"])})
		}
		for _, r := range attributes[id] {
			var a feedAttribute
			a.Term.Code, a.Term.Name = feedText(terms[r["taxonomy_term_id"]]["code"]), feedText(terms[r["taxonomy_term_id"]]["name"])
			s.Attributes = append(s.Attributes, a)
		}
		if err := each(s); err != nil {
			return err
		}
	}
	return nil
}
