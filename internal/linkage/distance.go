package linkage

// distance counts the slips between two strings, byte by byte: a letter too
// many, one left out, one for another, or two neighbours that changed places. It
// stops at most and then returns that. Of what is longer than 63 bytes it looks at
// the beginning.
func distance(a, b string, most int) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) >= most {
		return most
	}
	const longest = 64
	if len(b) >= longest {
		a, b = a[:min(len(a), longest-1)], b[:longest-1]
	}
	var rows [3][longest]uint8
	for j := range len(b) + 1 {
		rows[0][j] = uint8(j)
	}
	for i := 1; i <= len(a); i++ {
		row, above, before := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		row[0] = uint8(i)
		least := uint8(i)
		for j := 1; j <= len(b); j++ {
			cost := uint8(1)
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if int(least) >= most {
			return most
		}
	}
	return min(int(rows[len(a)%3][len(b)]), most)
}
