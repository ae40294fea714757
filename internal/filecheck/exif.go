package filecheck

import (
	"bytes"
	"encoding/binary"
)

// orientation reads from a JPEG how the camera was held: 1 to 8, and 1 where it
// says nothing that can be read.
func orientation(content []byte) int {
	for at := 2; at+4 <= len(content) && content[at] == 0xff; {
		marker, size := content[at+1], int(binary.BigEndian.Uint16(content[at+2:]))
		if size < 2 || at+2+size > len(content) || marker == 0xda {
			break
		}
		part := content[at+4 : at+2+size]
		if tiff, is := bytes.CutPrefix(part, []byte("Exif\x00\x00")); marker == 0xe1 && is {
			return held(tiff)
		}
		at += 2 + size
	}
	return 1
}

// held looks through the first list of a camera's notes.
func held(tiff []byte) int {
	const tag, entry = 0x0112, 12
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	first := int(order.Uint32(tiff[4:]))
	if first < 8 || first+2 > len(tiff) {
		return 1
	}
	for i := range int(order.Uint16(tiff[first:])) {
		at := first + 2 + i*entry
		if at+entry > len(tiff) {
			break
		}
		if order.Uint16(tiff[at:]) == tag {
			return int(order.Uint16(tiff[at+8:]))
		}
	}
	return 1
}
