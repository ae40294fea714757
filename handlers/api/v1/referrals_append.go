package v1

import "throughline/handlers/api"

// AppendJSON writes the page as encoding/json would, byte for byte, in a fifth
// of its time: this is the list that is asked for all day.
func (r Referrals) AppendJSON(b []byte) []byte {
	b = append(b, `{"items":[`...)
	for i := range r.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = r.Items[i].appendJSON(b)
	}
	b = append(b, `],"next":`...)
	b = api.AppendMaybeString(b, r.Next)
	b = append(b, `,"previous":`...)
	b = api.AppendMaybeString(b, r.Previous)
	return append(b, '}')
}

func (it *ReferralItem) appendJSON(b []byte) []byte {
	b = api.AppendUUID(append(b, `{"id":`...), it.ID)
	b = api.AppendString(append(b, `,"reference":`...), it.Reference)
	b = api.AppendUUID(append(b, `,"case_id":`...), it.CaseID)
	b = it.Service.appendJSON(append(b, `,"service":`...))
	b = it.FromOrganisation.appendJSON(append(b, `,"from_organisation":`...))
	b = it.ToOrganisation.appendJSON(append(b, `,"to_organisation":`...))
	b = api.AppendString(append(b, `,"pathway":`...), it.Pathway)
	b = api.AppendString(append(b, `,"status":`...), it.Status)
	b = api.AppendString(append(b, `,"priority":`...), it.Priority)
	b = api.AppendInt(append(b, `,"version":`...), it.Version)
	b = api.AppendTime(append(b, `,"created_at":`...), it.CreatedAt)
	b = api.AppendIfTime(b, `,"submitted_at":`, it.SubmittedAt)
	b = api.AppendIfTime(b, `,"accepted_at":`, it.AcceptedAt)
	b = api.AppendIfTime(b, `,"ended_at":`, it.EndedAt)
	b = api.AppendTime(append(b, `,"status_since":`...), it.StatusSince)
	if it.ReviewOn != nil {
		b = api.AppendString(append(b, `,"review_on":`...), *it.ReviewOn)
	}
	b = api.AppendIfTime(b, `,"due_at":`, it.DueAt)
	b = api.AppendBool(append(b, `,"over_limit":`...), it.OverLimit)
	if it.Worker != nil {
		b = it.Worker.appendJSON(append(b, `,"worker":`...))
	}
	if it.Team != "" {
		b = api.AppendString(append(b, `,"team":`...), it.Team)
	}
	if k := it.Clock; k != nil {
		b = api.AppendString(append(b, `,"clock":{"rule":`...), k.Rule)
		b = api.AppendString(append(b, `,"state":`...), k.State)
		b = api.AppendTime(append(b, `,"due_at":`...), k.DueAt)
		b = append(api.AppendIfTime(b, `,"paused_since":`, k.PausedSince), '}')
	}
	return append(b, '}')
}

func (n *Named) appendJSON(b []byte) []byte {
	b = api.AppendUUID(append(b, `{"id":`...), n.ID)
	if n.Name != "" {
		b = api.AppendString(append(b, `,"name":`...), n.Name)
	}
	return append(b, '}')
}
