package e2e

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
)

// attach sends a file with a fresh key and expects 201.
func (c *caller) attach(path, name, content string) {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	f, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(f, content)
	}
	if err != nil || w.Close() != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, c.base+path, &b)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Idempotency-Key", newKey())
	res, err := wire.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if raw, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusCreated {
		c.t.Fatalf("attaching %s: got %d %s", name, res.StatusCode, raw)
	}
}

// keeping meets the pages of what people write down and attach.
func (w *tour) keeping() {
	police, vawg := signIn(w.t, w.base, "police"), signIn(w.t, w.base, "vawg")
	caseID, id := sent(w.t, police, vawg, "Keeping")
	page := "/cases/" + police.get("/api/v1/cases/"+caseID).text(w.t, "reference")
	referral := "/referrals/" + police.get("/api/v1/referrals/"+id).text(w.t, "reference")
	worker := vawg.get("/api/v1/people?assignable=true").items(w.t)[0]["id"]
	vawg.do(id, "accept", map[string]any{"worker_id": worker})
	vawg.create("/api/v1/referrals/"+id+"/notes", map[string]any{"kind": "shared", "text": "She prefers mornings."})

	p := w.as("police")
	w.look(p.visit(page+"/notes").is(200), filled)
	w.wrong(p, "Add note")
	p.write("Write a note", "She rang at ten.\nShe is with her sister.\n\nShe asked about the court date.").press("Add note").is(200).sees("The note was added")
	p.press("Correct").is(200)
	w.look(p, "correct")
	p.write("What is right?", "She rang at eleven.").press("Add correction").is(200).sees("Correction", "She rang at eleven.", "She rang at ten.")
	w.look(p, "corrected")

	w.look(p.visit(page+"/files").is(200).sees("No documents you can see."), empty)
	w.wrong(p, "Attach document")
	police.attach("/api/v1/cases/"+caseID+"/files", "letter to the landlord.txt", "She asked for a letter.")
	w.look(p.visit(page+"/files").is(200).sees("letter to the landlord.txt"), filled)

	p = w.as("vawg.manager")
	vawg.attach("/api/v1/referrals/"+id+"/files", "safety plan.txt", "What she does when he comes.")
	w.look(p.visit(referral+"/files").is(200), filled)
	w.wrong(p, "Attach document")
	p.press("Withdraw").is(200)
	w.look(p, filled)
	w.wrong(p, "Withdraw document")
	w.look(p.visit(referral+"/notes").is(200).sees("She prefers mornings."), filled)
	w.wrong(p, "Add note")
	p.write("Write a note", "For both of us.").choose("Both sides of this referral").press("Add note").is(200)
	vawg.do(id, "record-contact", map[string]any{"channel": "phone", "outcome": "reached"})
	vawg.do(id, "end-early", map[string]any{"reason": "moved", "report": "She moved away."})
	p.visit(referral + "/files").is(200).sees("Why do you need to open this record?")
	w.look(p, "ended")
	w.wrong(p, "Open the record")
	p.write("Reason", "A complaint about our work.").press("Open the record").is(200).sees("safety plan.txt")
	w.look(p, "opened")
	p.visit(referral + "/notes").is(200).sees("Why do you need to open this record?")
	w.look(p, "ended")
	w.wrong(p, "Open the record")
	p.write("Reason", "A complaint about our work.").press("Open the record").is(200).sees("For both of us.")
}
