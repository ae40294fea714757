package demo

import (
	"github.com/google/uuid"

	"throughline/internal/vault"
)

// shareColumns are where the stages of what is shared are sealed.
var shareColumns = map[string]vault.Column{"sending": vault.ShareSending, "acceptance": vault.ShareAcceptance}

// seal makes a cell of content that is sealed; null for no text.
func (b *book) seal(c vault.Column, row uuid.UUID, text string) any {
	sealed, err := b.vault.Bytes(c, row, []byte(text))
	if err != nil {
		panic("demo: " + err.Error()) // the keys are there, and our texts are sound
	}
	return cell(sealed)
}

// sealJSON is seal for an object; an empty one stays as it is.
func (b *book) sealJSON(c vault.Column, row uuid.UUID, object string) any {
	if object == "{}" || object == "null" {
		return []byte("{}")
	}
	return b.seal(c, row, object)
}

// lookUp makes a cell by which a row is found; null for nothing.
func (b *book) lookUp(k vault.Key, value string) any {
	key, err := b.vault.LookUp(k, value).BytesValue()
	if err != nil {
		panic("demo: " + err.Error())
	}
	return cell(key)
}

func cell(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}
