package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/rights"
)

// NewDataRequest is a request about somebody's data as it was received.
type NewDataRequest struct {
	Kind       string `json:"kind" enum:"access,erasure,information"`
	Relation   string `json:"relation" enum:"victim,on_behalf,suspect,police,prosecution" doc:"Who asks."`
	Requester  string `json:"requester" minLength:"1" maxLength:"200"`
	Asks       string `json:"asks" minLength:"1" maxLength:"4000"`
	ReceivedOn string `json:"received_on" format:"date"`
	Basis      string `json:"basis,omitempty" enum:"statutory,court_order,agreement,public_interest" doc:"Of an information request: the ground it states."`
	Record     string `json:"record,omitempty" maxLength:"64" doc:"Reference of the case or referral, where it is known. Never of a suspect's request."`
}

// DataRequestIdentity says how it became known who asks.
type DataRequestIdentity struct {
	How       string `json:"how" minLength:"1" maxLength:"400"`
	On        string `json:"on" format:"date"`
	Authority string `json:"authority,omitempty" enum:"none,parental_responsibility,power_of_attorney,written_authority,court_order" doc:"What lets them ask for the victim."`
	Record    string `json:"record,omitempty" maxLength:"64"`
}

// DataRequestReason is why something is done with a request.
type DataRequestReason struct {
	Why string `json:"why" minLength:"1" maxLength:"1000"`
}

// DataRequestTest is the answer to one test of an information request.
type DataRequestTest struct {
	Answer string `json:"answer" enum:"yes,no"`
	Why    string `json:"why" minLength:"1" maxLength:"2000"`
}

// DataRequestTests are the tests of an information request.
type DataRequestTests struct {
	Held      DataRequestTest  `json:"held" doc:"Reason to believe that it is held."`
	Relevant  DataRequestTest  `json:"relevant" doc:"Relevant to a reasonable line of enquiry."`
	Necessary DataRequestTest  `json:"necessary" doc:"Necessary and proportionate."`
	Probative *DataRequestTest `json:"probative,omitempty" doc:"Of counselling notes: substantial probative value."`
}

// DataRequestAssessment is what was found of an information request.
type DataRequestAssessment struct {
	Tests      DataRequestTests `json:"tests"`
	Notice     string           `json:"notice" enum:"given,withheld" doc:"The written notice to the victim."`
	NoticeOn   string           `json:"notice_on,omitempty" format:"date"`
	NoticeWhy  string           `json:"notice_why,omitempty" maxLength:"1000"`
	VictimView string           `json:"victim_view" enum:"agrees,objects,no_view,not_asked"`
	VictimSaid string           `json:"victim_said,omitempty" maxLength:"2000"`
	Record     string           `json:"record,omitempty" maxLength:"64"`
}

// DataRequestMark is what is decided of one value.
type DataRequestMark struct {
	Key      string `json:"key" maxLength:"120"`
	Decision string `json:"decision" enum:"release,withhold,redact"`
	Redacted string `json:"redacted,omitempty" maxLength:"10000" doc:"What is left of it."`
}

// DataRequestMarks are decisions of values.
type DataRequestMarks struct {
	Marks []DataRequestMark `json:"marks" minItems:"1" maxItems:"500"`
}

// DataRequestProposal is how a request shall be answered.
type DataRequestProposal struct {
	Outcome string `json:"outcome" enum:"release,refuse,neither,erase"`
	Ground  string `json:"ground,omitempty" enum:"not_held,identity,others,serious_harm,crime,legal_claims,legal_obligation,public_task,excessive,test_not_met,counselling,other" doc:"Of a refusal."`
	Why     string `json:"why" minLength:"1" maxLength:"4000"`
	Fields  []Key  `json:"fields,omitempty" maxItems:"20" uniqueItems:"true" doc:"Of an information request: exactly what is disclosed. Sharable fields, support_notes, counselling_notes."`
}

// DataRequest is a request about somebody's data.
type DataRequest struct {
	ID         uuid.UUID  `json:"id"`
	Reference  string     `json:"reference"`
	Kind       string     `json:"kind"`
	Relation   string     `json:"relation"`
	Requester  string     `json:"requester"`
	Authority  string     `json:"authority"`
	Asks       string     `json:"asks"`
	ReceivedOn string     `json:"received_on" format:"date"`
	DueOn      string     `json:"due_on" format:"date"`
	FirstDueOn string     `json:"first_due_on" format:"date"`
	Extended   string     `json:"extended,omitempty" doc:"Why it takes longer."`
	Record     string     `json:"record,omitempty"`
	IdentityOn *string    `json:"identity_on,omitempty" format:"date"`
	Outcome    string     `json:"outcome,omitempty"`
	Ground     string     `json:"ground,omitempty"`
	Why        string     `json:"why,omitempty"`
	Fields     []string   `json:"fields"`
	Status     string     `json:"status" enum:"open,proposed,answered"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty" doc:"Until when what was released can be seen."`
	Version    int        `json:"version"`
}

// PackValue is one value of an answer.
type PackValue struct {
	Key     string `json:"key"`
	Section string `json:"section"`
	Label   string `json:"label"`
	Whose   string `json:"whose" enum:"subject,place,third,mixed" doc:"place goes to the victim alone; third and mixed only as a person decided."`
	Value   string `json:"value,omitempty" doc:"As it stands in the record; while it is prepared."`
	Mark    string `json:"mark,omitempty"`
	Shown   string `json:"shown,omitempty" doc:"What leaves."`
}

// DataPack is the answer to a request.
type DataPack struct {
	Reference string      `json:"reference"`
	ExpiresAt *time.Time  `json:"expires_at,omitempty"`
	Values    []PackValue `json:"values"`
}

// ErasureTask tells a receiver that what it was sent was erased at its source.
type ErasureTask struct {
	ID          uuid.UUID  `json:"id"`
	Reference   string     `json:"reference"`
	Certificate string     `json:"certificate"`
	ToldAt      time.Time  `json:"told_at"`
	DoneAt      *time.Time `json:"done_at,omitempty"`
	Outcome     string     `json:"outcome,omitempty"`
	Version     int        `json:"version"`
}

// ErasureDone is what a receiver did about its own copies.
type ErasureDone struct {
	Outcome string `json:"outcome" enum:"deleted,kept,none_held"`
	Note    string `json:"note,omitempty" maxLength:"1000" doc:"Needed where they are kept."`
}

type (
	newRequestIn    struct{ Body NewDataRequest }
	withBody[T any] struct {
		ID   uuid.UUID `path:"id"`
		Body T
	}
	requestsOut struct{ Body List[DataRequest] }
	requestOut  struct {
		ETag string `header:"ETag"`
		Body DataRequest
	}
	packOut  struct{ Body DataPack }
	tasksOut struct{ Body List[ErasureTask] }
	taskOut  struct {
		ETag string `header:"ETag"`
		Body ErasureTask
	}
)

// RegisterRequests adds requests about somebody's data.
func RegisterRequests(a *api.API, svc *rights.Service) {
	api.Register(a, rightsOp("GET", "data-requests", "list-data-requests", "Requests about somebody's data, what is due first", ""), func(ctx context.Context, _ *struct{}) (*requestsOut, error) {
		items, err := svc.Requests(ctx)
		return &requestsOut{Body: listed(items, "", presentRequest)}, err
	})
	api.Register(a, rightsOp("GET", "data-requests/{id}", "get-data-request", "One request", ""), func(ctx context.Context, in *byID) (*requestOut, error) {
		q, err := svc.Request(ctx, in.ID, "")
		if err != nil {
			return nil, err
		}
		return presentOneRequest(q), nil
	})
	receive := rightsOp(http.MethodPost, "data-requests", "receive-data-request", "Record a request about somebody's data", "It is due one calendar month after it was received, or after it is known who asks.")
	receive.Status = http.StatusCreated
	api.Keyed(a, receive, func(ctx context.Context, in *newRequestIn) (models.DataRequest, error) {
		b := in.Body
		r := rights.RequestInput{Kind: b.Kind, Requester: b.Requester, Relation: b.Relation, Asks: b.Asks, Basis: b.Basis, Record: b.Record}
		if d := date(b.ReceivedOn); d != nil {
			r.ReceivedOn = *d
		}
		return svc.Receive(ctx, r)
	}, presentOneRequest)
	registerRequestWork(a, svc)
	registerPacks(a, svc)
	registerTasks(a, svc)
}

// requestStep adds one act on a request.
func requestStep[T any](a *api.API, path, id, summary, description string, do func(context.Context, uuid.UUID, T) (models.DataRequest, error)) {
	op := rightsOp(http.MethodPost, "data-requests/{id}/"+path, id, summary, description)
	op.Match = true
	api.Keyed(a, op, func(ctx context.Context, in *withBody[T]) (models.DataRequest, error) { return do(ctx, in.ID, in.Body) }, presentOneRequest)
}

func registerRequestWork(a *api.API, svc *rights.Service) {
	requestStep(a, "check-identity", "check-request-identity", "Say how it is known who asks", "The month runs from that day where it is later.",
		func(ctx context.Context, id uuid.UUID, b DataRequestIdentity) (models.DataRequest, error) {
			in := rights.IdentityInput{How: b.How, Authority: b.Authority, Record: b.Record}
			if d := date(b.On); d != nil {
				in.On = *d
			}
			return svc.CheckIdentity(ctx, id, in)
		})
	requestStep(a, "extend", "extend-request", "Take two months more, once", "", func(ctx context.Context, id uuid.UUID, b DataRequestReason) (models.DataRequest, error) {
		return svc.Extend(ctx, id, b.Why)
	})
	requestStep(a, "assess", "assess-request", "Answer the tests of an information request", "", func(ctx context.Context, id uuid.UUID, b DataRequestAssessment) (models.DataRequest, error) {
		tests := map[string]models.TestAnswer{"held": models.TestAnswer(b.Tests.Held), "relevant": models.TestAnswer(b.Tests.Relevant), "necessary": models.TestAnswer(b.Tests.Necessary)}
		if b.Tests.Probative != nil {
			tests["probative"] = models.TestAnswer(*b.Tests.Probative)
		}
		return svc.Assess(ctx, id, rights.Assessment{
			Tests: tests, Notice: b.Notice, NoticeOn: date(b.NoticeOn), NoticeWhy: b.NoticeWhy, VictimView: b.VictimView, VictimSaid: b.VictimSaid, Record: b.Record,
		})
	})
	requestStep(a, "mark", "mark-request", "Decide what leaves of values that can be somebody else's", "Where and how a victim is reached cannot be marked: it goes to the victim alone.",
		func(ctx context.Context, id uuid.UUID, b DataRequestMarks) (models.DataRequest, error) {
			marks := make([]rights.Mark, len(b.Marks))
			for i, m := range b.Marks {
				marks[i] = rights.Mark(m)
			}
			return svc.MarkItems(ctx, id, marks)
		})
	requestStep(a, "propose", "propose-answer", "Propose how a request is answered", "A second person approves it (/approvals), but for an information request without counselling notes.",
		func(ctx context.Context, id uuid.UUID, b DataRequestProposal) (models.DataRequest, error) {
			return svc.Propose(ctx, id, rights.Proposal{Outcome: b.Outcome, Ground: b.Ground, Why: b.Why, Fields: texts(b.Fields)})
		})
	reopen := rightsOp(http.MethodPost, "data-requests/{id}/reopen", "reopen-request", "Work again on a request whose answer was not approved", "")
	reopen.Match = true
	api.Keyed(a, reopen, func(ctx context.Context, in *byID) (models.DataRequest, error) { return svc.Reopen(ctx, in.ID) }, presentOneRequest)
}

func registerPacks(a *api.API, svc *rights.Service) {
	present := func(p rights.Pack) *packOut {
		return &packOut{Body: DataPack{Reference: p.Request.Reference, ExpiresAt: utcOrNone(p.Request.ExpiresAt), Values: presented(p.Items, func(i rights.PackItem) PackValue {
			return PackValue{Key: i.Key, Section: i.Section, Label: i.Label, Whose: i.Whose, Value: i.Value, Mark: i.Mark, Shown: i.Shown}
		})}}
	}
	add := func(path, id, summary, description string, get func(context.Context, uuid.UUID) (rights.Pack, error)) {
		op := rightsOp("GET", "data-requests/{id}/"+path, id, summary, description)
		op.Errors, op.StepUp, op.Need = []int{http.StatusConflict}, true, models.RightsRelease
		api.Register(a, op, func(ctx context.Context, in *byID) (*packOut, error) {
			p, err := get(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return present(p), nil
		})
	}
	add("preparation", "get-preparation", "What an answer would be made of, with what was decided of each value", "For whoever prepares it.", svc.Prepare)
	add("pack", "get-pack", "The answer as it leaves", "409 before it was released and once its two weeks are over.", svc.Answer)
}

func registerTasks(a *api.API, svc *rights.Service) {
	api.Register(a, rightsOp("GET", "erasure-tasks", "list-erasure-tasks", "Records erased at their source of which you were sent something", ""), func(ctx context.Context, _ *struct{}) (*tasksOut, error) {
		items, err := svc.Tasks(ctx)
		return &tasksOut{Body: listed(items, "", presentTask)}, err
	})
	done := rightsOp(http.MethodPost, "erasure-tasks/{id}/done", "finish-erasure-task", "Say what was done about your own copies", "")
	done.Match = true
	api.Keyed(a, done, func(ctx context.Context, in *withBody[ErasureDone]) (rights.Task, error) {
		return svc.FinishTask(ctx, in.ID, rights.TaskInput(in.Body))
	}, func(t rights.Task) *taskOut { return &taskOut{ETag: etag(t.Version), Body: presentTask(t)} })
}

func presentTask(t rights.Task) ErasureTask {
	return ErasureTask{ID: t.ID, Reference: t.Reference, Certificate: t.Certificate, ToldAt: utc(t.ToldAt), DoneAt: utcOrNone(t.DoneAt), Outcome: t.Outcome, Version: t.Version}
}

func presentOneRequest(q models.DataRequest) *requestOut {
	return &requestOut{ETag: etag(q.Version), Body: presentRequest(q)}
}

func presentRequest(q models.DataRequest) DataRequest {
	return DataRequest{
		ID: q.ID, Reference: q.Reference, Kind: q.Kind, Relation: q.Relation, Requester: q.Requester, Authority: q.Authority, Asks: q.Asks,
		ReceivedOn: q.ReceivedOn.Format(time.DateOnly), DueOn: q.DueOn.Format(time.DateOnly), FirstDueOn: q.FirstDueOn.Format(time.DateOnly), Extended: q.ExtendedWhy,
		Record: q.RecordReference, IdentityOn: day(q.IdentityOn), Outcome: q.Outcome, Ground: q.Ground, Why: q.OutcomeWhy, Fields: append([]string{}, q.Fields...),
		Status: q.Status, AnsweredAt: utcOrNone(q.AnsweredAt), ExpiresAt: utcOrNone(q.ExpiresAt), Version: q.Version,
	}
}
