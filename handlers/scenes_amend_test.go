package handlers

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		return map[string]func(setting) scene{
			"POST /api/v1/cases/{id}/incidents": func(s setting) scene {
				return s.onCase("/incidents", doc("offence_types", []string{"stalking"}, "summary", "He waited outside her work."))
			},
			"POST /api/v1/cases/{id}/equality": func(s setting) scene {
				sc := s.onCase("/equality", `{"answers":{"sex":"female","religion":"prefer_not_to_say"}}`)
				sc.version = 1
				return sc
			},
		}
	})
}
