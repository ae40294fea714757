package filecheck_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"strings"
	"testing"

	"throughline/internal/filecheck"
)

func TestWhatPeopleSendIsKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		content []byte
		kind    filecheck.Kind
	}{
		"letter.pdf":      {[]byte(aPDF), filecheck.PDF},
		"bruise.JPG":      {jpegFile(t), filecheck.JPEG},
		"bruise.jpeg":     {jpegFile(t), filecheck.JPEG},
		"screenshot.png":  {pngFile(t), filecheck.PNG},
		"statement.txt":   {[]byte("He said: “I know where you live.”\r\nMzungu, 21 Nov.\r\n"), filecheck.Text},
		"chat.txt":        {[]byte("date,who,what\n1,he,x\n2,she,y\n3,he,z\n"), filecheck.Text},
		"report.docx":     {docx(t), filecheck.DOCX},
		"with-links.docx": {docx(t, rels("hyperlink", "https://www.example.org/")), filecheck.DOCX},
		"report.odt":      {odt(t, `<text:a xlink:href="https://www.example.org/">a link</text:a>`), filecheck.ODT},
	} {
		f, err := filecheck.Check(name, c.content)
		if err != nil || f.Kind != c.kind || len(f.Content) == 0 {
			t.Errorf("%s: got %s and %d bytes, %v, want %s kept", name, f.Kind, len(f.Content), err, c.kind)
		}
	}
}

func TestWhatIsHostileIsRefused(t *testing.T) {
	t.Parallel()
	exe := append([]byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8\x00"), make([]byte, 300)...)
	const page, script = `<!DOCTYPE html><html><body><script>alert(1)</script></body></html>`, `alert(document.domain)//`
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	zeros := strings.Repeat("\x00", 30<<20)
	many := make([]part, 1100)
	for i := range many {
		many[i] = part{name: "word/media/" + strings.Repeat("a", i%200+1) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + ".xml", content: "<a/>"}
	}
	for name, c := range map[string]struct {
		file    string
		content []byte
		want    error
	}{
		"nothing at all":                      {"a.pdf", nil, filecheck.ErrDamaged},
		"a program called a PDF":              {"a.pdf", exe, filecheck.ErrKind},
		"a program called a text":             {"a.txt", exe, filecheck.ErrKind},
		"a page called a picture":             {"a.png", []byte(page), filecheck.ErrKind},
		"a page called a text":                {"a.txt", []byte(page), filecheck.ErrKind},
		"a page after spaces called a text":   {"a.txt", []byte(strings.Repeat("\n", 100) + "<script>alert(1)</script>"), filecheck.ErrKind},
		"a page":                              {"a.html", []byte(page), filecheck.ErrKind},
		"a drawing with a script":             {"a.svg", []byte(svg), filecheck.ErrKind},
		"a drawing called a picture":          {"a.png", []byte(svg), filecheck.ErrKind},
		"a drawing called a text":             {"a.txt", []byte(svg), filecheck.ErrKind},
		"a shell script called a text":        {"a.txt", []byte("#!/bin/sh\nrm -rf /\n"), filecheck.ErrKind},
		"a GIF":                               {"a.gif", gifFile(t), filecheck.ErrKind},
		"a GIF that is a script":              {"a.gif", []byte("GIF89a/*" + strings.Repeat(" ", 20) + "*/=1;" + script), filecheck.ErrKind},
		"a GIF called a JPEG":                 {"a.jpg", gifFile(t), filecheck.ErrKind},
		"a JPEG called a PDF":                 {"a.pdf", jpegFile(t), filecheck.ErrName},
		"a PDF called a program":              {"a.exe", []byte(aPDF), filecheck.ErrName},
		"a PDF with two endings":              {"a.pdf.exe", []byte(aPDF), filecheck.ErrName},
		"a name that is only an ending":       {".pdf", []byte(aPDF), filecheck.ErrName},
		"a table program":                     {"a.xlsx", archive(t, part{name: "[Content_Types].xml", content: "<a/>"}, part{name: "xl/workbook.xml", content: "<a/>"}), filecheck.ErrKind},
		"an archive":                          {"a.zip", archive(t, part{name: "a.txt", content: "x"}), filecheck.ErrKind},
		"an archive called a text document":   {"a.docx", archive(t, part{name: "a.txt", content: "x"}), filecheck.ErrKind},
		"64,000 by 64,000 pixels":             {"a.png", flood(), filecheck.ErrPixels},
		"half a JPEG":                         {"a.jpg", jpegFile(t)[:200], filecheck.ErrDamaged},
		"half a PDF":                          {"a.pdf", []byte(aPDF)[:80], filecheck.ErrDamaged},
		"a PDF and a page":                    {"a.pdf", []byte(aPDF + page), filecheck.ErrDamaged},
		"a PDF and an archive":                {"a.pdf", append([]byte(aPDF), docx(t)...), filecheck.ErrDamaged},
		"a page and a PDF":                    {"a.pdf", []byte("<script>" + aPDF), filecheck.ErrDamaged},
		"a PDF with a script":                 {"a.pdf", pdfWith("/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), filecheck.ErrActive},
		"a PDF with a script, spelled by the": {"a.pdf", pdfWith("/OpenAction<</S/J#61vaScript/#4aS(app.alert(1))>>"), filecheck.ErrActive},
		"a PDF that starts a program":         {"a.pdf", pdfWith("/OpenAction<</S/Launch/F(cmd.exe)>>"), filecheck.ErrActive},
		"a PDF with a file in it":             {"a.pdf", pdfWith("/Names<</EmbeddedFiles 9 0 R>>"), filecheck.ErrActive},
		"a PDF that is locked":                {"a.pdf", pdfWith("/Encrypt 9 0 R"), filecheck.ErrLocked},
		"text that is not text":               {"a.txt", []byte("ordinary words \xff\xfe and more"), filecheck.ErrDamaged},
		"text with a terminal's commands":     {"a.txt", []byte("ordinary words \x1b[2J\x1b]0;x\x07 and more"), filecheck.ErrKind},
		"a DOCX with a macro":                 {"a.docx", docx(t, part{name: "word/vbaProject.bin", content: "x"}), filecheck.ErrActive},
		"a DOCX that says it has macros":      {"a.docx", docx(t, part{name: "x.xml", content: `<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`}), filecheck.ErrActive},
		"a DOCX with a template elsewhere":    {"a.docx", docx(t, rels("attachedTemplate", "https://evil.example/t.dotm")), filecheck.ErrActive},
		"a DOCX with a picture elsewhere":     {"a.docx", docx(t, rels("image", "https://evil.example/beacon.png")), filecheck.ErrActive},
		"a DOCX with a program in it":         {"a.docx", docx(t, part{name: "word/embeddings/oleObject1.bin", content: "x"}), filecheck.ErrActive},
		"a DOCX that reads a file":            {"a.docx", docx(t, part{name: "word/settings.xml", content: `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`}), filecheck.ErrActive},
		"a DOCX of entities in entities":      {"a.docx", docx(t, part{name: "word/x.xml", content: `<!DOCTYPE l [<!ENTITY l "ha"><!ENTITY m "&l;&l;">]><a>&m;</a>`}), filecheck.ErrActive},
		"a DOCX that goes elsewhere":          {"a.docx", docx(t, part{name: "../../etc/cron.d/x", content: "x"}), filecheck.ErrDamaged},
		"a DOCX that goes elsewhere, inside":  {"a.docx", docx(t, part{name: "word/../../../x.xml", content: "<a/>"}), filecheck.ErrDamaged},
		"a DOCX with a part twice":            {"a.docx", docx(t, part{name: "word/document.xml", content: "<a/>"}), filecheck.ErrDamaged},
		"a DOCX with a locked part":           {"a.docx", docx(t, part{name: "x.xml", content: "<a/>", flags: 1}), filecheck.ErrLocked},
		"a DOCX of too many parts":            {"a.docx", docx(t, many...), filecheck.ErrBomb},
		"a DOCX that unpacks without end":     {"a.docx", docx(t, part{name: "word/media/a.png", content: zeros}), filecheck.ErrBomb},
		"a DOCX with an archive after it":     {"a.docx", append(docx(t), archive(t, part{name: "a", content: "x"})...), filecheck.ErrDamaged},
		"an ODT with a macro":                 {"a.odt", odt(t, "", part{name: "Basic/Standard/Module1.xml", content: "<a/>"}), filecheck.ErrActive},
		"an ODT with a listener":              {"a.odt", odt(t, `<script:event-listener script:language="ooo:script" xlink:href="vnd.sun.star.script:x"/>`), filecheck.ErrActive},
		"an ODT with a picture elsewhere":     {"a.odt", odt(t, `<draw:image xlink:href="https://evil.example/beacon.png"/>`), filecheck.ErrActive},
		"an ODT with a link that runs":        {"a.odt", odt(t, `<text:a xlink:href="macro:///Standard.Module1.x"/>`), filecheck.ErrActive},
		"an ODT with an object":               {"a.odt", odt(t, "", part{name: "Object 1/content.xml", content: "<a/>"}), filecheck.ErrActive},
	} {
		f, err := filecheck.Check(c.file, c.content)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %s, %v, want it refused: %v", name, f.Kind, err, c.want)
		}
	}
}

func TestAPictureIsDrawnAgainWithoutWhatStoodBesideIt(t *testing.T) {
	t.Parallel()
	const hidden = "<script>alert(1)</script>"
	for name, c := range map[string]struct {
		file    string
		content []byte
	}{
		"where it was taken":           {"a.jpg", located(t, 1)},
		"a script after a JPEG":        {"a.jpg", append(jpegFile(t), hidden...)},
		"a script after a PNG":         {"a.png", append(pngFile(t), hidden...)},
		"an archive after a JPEG":      {"a.jpg", append(jpegFile(t), docx(t)...)},
		"a script in a JPEG's comment": {"a.jpg", append([]byte("\xff\xd8\xff\xfe\x00\x1b"+hidden), jpegFile(t)[2:]...)},
	} {
		f, err := filecheck.Check(c.file, c.content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, trace := range []string{"Exif", "GPS", "51.5462", "script", "PK\x03\x04"} {
			if bytes.Contains(f.Content, []byte(trace)) {
				t.Errorf("%s: %q survives", name, trace)
			}
		}
	}
}

// Eight ways to hold a camera: what was at the top left of the sensor goes to
// the corner that was up.
func TestAPictureStandsUprightOnceItsNotesAreGone(t *testing.T) {
	t.Parallel()
	for held, want := range map[uint16][4]int{
		1: {40, 20, 0, 0}, 2: {40, 20, 39, 0}, 3: {40, 20, 39, 19}, 4: {40, 20, 0, 19},
		5: {20, 40, 0, 0}, 6: {20, 40, 19, 0}, 7: {20, 40, 19, 39}, 8: {20, 40, 0, 39},
	} {
		f, err := filecheck.Check("a.jpg", located(t, held))
		if err != nil {
			t.Fatal(err)
		}
		p, err := jpeg.Decode(bytes.NewReader(f.Content))
		if err != nil {
			t.Fatal(err)
		}
		r, g, _, _ := p.At(want[2], want[3]).RGBA()
		if b := p.Bounds(); b.Dx() != want[0] || b.Dy() != want[1] || r>>8 > 24 || g>>8 > 24 {
			t.Errorf("held %d: got %d by %d, and %d %d at the corner that was the first", held, b.Dx(), b.Dy(), r>>8, g>>8)
		}
	}
}

func TestANameIsMadeSafe(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"letter.pdf":                      "letter.pdf",
		"Mum's letter — 3 März.PDF":       "Mum-s letter — 3 März.pdf",
		"../../etc/passwd.pdf":            "passwd.pdf",
		`C:\Users\x\letter.pdf`:           "letter.pdf",
		"CON.pdf":                         "_CON.pdf",
		"com1.pdf":                        "_com1.pdf",
		"nul.tar.pdf":                     "_nul.tar.pdf",
		"a\r\nSet-Cookie: x=1.pdf":        "aSet-Cookie- x=1.pdf",
		"a\"; filename=\"evil.exe.pdf":    "a-- filename=-evil.exe.pdf",
		"invoice\u202efdp.exe.pdf":        "invoicefdp.exe.pdf",
		"a\x00b.pdf":                      "ab.pdf",
		"\xff\xfe.pdf":                    "file.pdf",
		".pdf":                            "file.pdf",
		"   ...   .pdf":                   "file.pdf",
		"<script>alert(1)</script>.pdf":   "script.pdf",
		strings.Repeat("a", 300) + ".pdf": strings.Repeat("a", 120) + ".pdf",
		"zero\u200bwidth\ufeff and \u2028 lines.pdf": "zerowidth and lines.pdf",
		"=cmd|' /C calc'!A0.pdf":                     "C calc-!A0.pdf",
		"photo.exe":                                  "photo.exe.pdf",
	} {
		if got := filecheck.SafeName(given, filecheck.PDF); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}
