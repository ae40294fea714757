package filecheck

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
)

// A picture of a telephone has 12 to 50 million pixels. Drawn, each takes four
// bytes: the limit is on what it takes to look, asked of the header before
// anything is drawn.
const (
	mostPixels = 50_000_000
	mostSide   = 20_000
	quality    = 88 // of a JPEG that is drawn again: nothing that can be read is lost
)

// drawing lets one picture be drawn at a time, so that many senders cost the
// memory of one.
var drawing = make(chan struct{}, 1)

// redraw draws a picture again: what was written beside it (where and with what
// it was taken, a small copy, an author) and behind it is not drawn.
func redraw(kind Kind, content []byte) ([]byte, error) {
	decode, read := jpeg.Decode, jpeg.DecodeConfig
	if kind == PNG {
		decode, read = png.Decode, png.DecodeConfig
	}
	size, err := read(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if size.Width <= 0 || size.Height <= 0 || size.Width > mostSide || size.Height > mostSide || size.Width*size.Height > mostPixels {
		return nil, fmt.Errorf("%w: %d by %d", ErrPixels, size.Width, size.Height)
	}
	drawing <- struct{}{}
	defer func() { <-drawing }()
	picture, err := decode(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	var out bytes.Buffer
	if kind == PNG {
		err = png.Encode(&out, picture)
	} else {
		err = jpeg.Encode(&out, upright(picture, orientation(content)), &jpeg.Options{Quality: quality})
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return out.Bytes(), nil
}

// upright turns a picture the way its camera said it was held: that note does
// not survive the drawing.
func upright(p image.Image, how int) image.Image {
	if how < 2 || how > 8 {
		return p
	}
	b := p.Bounds()
	w, h := b.Dx(), b.Dy()
	from := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(from, from.Bounds(), p, b.Min, draw.Src)
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	if how >= 5 {
		to = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := turned(x, y, w, h, how)
			copy(to.Pix[to.PixOffset(tx, ty):][:4], from.Pix[from.PixOffset(x, y):][:4])
		}
	}
	return to
}

// turned is where a point goes, by the eight ways of holding a camera (Exif
// 2.3, tag 0x0112).
func turned(x, y, w, h, how int) (int, int) {
	switch how {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	default:
		return y, w - 1 - x
	}
}
