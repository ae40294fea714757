package messages

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/models"
	"throughline/services/messages"
)

// receiptsPath is where GOV.UK Notify says what became of a message. It is no
// page and no part of the API: it takes one token, of the settings, and answers
// with nothing.
const receiptsPath = "/notify/receipts"

// receiptMost is the most a receipt may hold: they are a few hundred bytes.
const receiptMost = 16 << 10

// receive takes one receipt. Whoever has not the token learns nothing, not even
// whether one is set.
func (p *Pages) receive(c *gin.Context) error {
	token, is := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer ")
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(p.ReceiptToken))
	if !is || p.ReceiptToken == "" || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return models.NotFound("address")
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, receiptMost))
	if err != nil {
		return models.TooLarge()
	}
	var r struct{ Reference, Status *string }
	if err := json.Unmarshal(body, &r); err != nil || r.Reference == nil || r.Status == nil {
		return models.Malformed("This is no receipt.")
	}
	if err := p.Messages.Receive(c.Request.Context(), messages.Receipt{Reference: *r.Reference, Status: *r.Status}); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
