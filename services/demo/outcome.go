package demo

import "throughline/models"

// outcome is how one need stood at the start and at the end, from 1 to 5.
type outcome struct {
	Need  string `json:"need"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// outcomes are what changed: mostly for the better, sometimes not.
func (r *referral) outcomes() []outcome {
	needs := models.Needs()
	first := r.s.below(len(needs))
	var out []outcome
	for i := range r.s.between(1, 3) {
		start := r.s.between(1, 3)
		end := min(5, start+pick(r.s, []int{0, 1, 1, 1, 2, 2}))
		if r.s.chance(0.05) {
			end = max(1, start-1)
		}
		out = append(out, outcome{needs[(first+i)%len(needs)].Key, start, end})
	}
	return out
}
