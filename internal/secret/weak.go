package secret

// Weak reports whether a key of 32 or more bytes was typed rather than drawn.
// Of 32 random bytes fewer than 20 differ less than once in ten million
// million keys; a counted-up, repeated or printable one shows at once.
func Weak(key []byte) bool {
	seen := map[byte]bool{}
	printable, rising := 0, 0
	for i, c := range key {
		seen[c] = true
		if c >= ' ' && c <= '~' {
			printable++
		}
		if i > 0 && c == key[i-1]+1 {
			rising++
		}
	}
	return len(key) < 32 || len(seen) < 20 || printable == len(key) || rising > len(key)/2
}
