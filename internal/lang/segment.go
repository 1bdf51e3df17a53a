package lang

import (
	"strings"
	"unicode/utf16"
)

// Encoding is how a text message travels.
type Encoding string

// The two encodings of text messages. One character outside the 7-bit table makes the whole message UCS-2.
const (
	GSM7 Encoding = "gsm7"
	UCS2 Encoding = "ucs2"
)

// Room for one text, in septets of GSM-7 and in 16-bit units of UCS-2 (3GPP TS 23.038 and 23.040: 140 octets, less a
// header of six octets in each part of a long message).
const (
	singleGSM7 = 160
	partGSM7   = 153
	singleUCS2 = 70
	partUCS2   = 67
)

// The default alphabet of 3GPP TS 23.038, clause 6.2.1, in the order of its codes without the escape at 0x1B, and the
// characters of its extension table, which cost two septets. The table has Ç and not ç.
const (
	alphabet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extension = "\f^{}\\[~]|€"
)

// Size is what a text message costs.
type Size struct {
	Encoding Encoding
	Units    int // septets or 16-bit units of the text itself, without headers
	Segments int // messages the network counts and bills; 0 for an empty text
}

// Segments measures a text exactly as phones and carriers do.
func Segments(text string) Size {
	enc := encodingOf(text)
	size := Size{Encoding: enc}
	for _, r := range text {
		size.Units += cost(r, enc)
	}
	if size.Units <= single(enc) {
		size.Segments = min(size.Units, 1)
		return size
	}
	size.Segments = len(Split(text))
	return size
}

// Split cuts a text into the parts that are sent. No part ends inside an escape pair or a surrogate pair, so a part
// can be one unit short and a text at the limit one part longer than plain division says. An empty text has no parts.
func Split(text string) []string {
	enc := encodingOf(text)
	total := 0
	for _, r := range text {
		total += cost(r, enc)
	}
	if total == 0 {
		return nil
	}
	if total <= single(enc) {
		return []string{text}
	}
	room := partGSM7
	if enc == UCS2 {
		room = partUCS2
	}
	var parts []string
	start, used := 0, 0
	for i, r := range text {
		c := cost(r, enc)
		if used+c > room {
			parts = append(parts, text[start:i])
			start, used = i, 0
		}
		used += c
	}
	return append(parts, text[start:])
}

// Forcing lists the characters, each once and in order, that force a text from 160 characters a part to 70.
func Forcing(text string) []rune {
	var out []rune
	seen := map[rune]bool{}
	for _, r := range text {
		if !inGSM7(r) && !seen[r] {
			seen[r] = true
			out = append(out, r)
		}
	}
	return out
}

func encodingOf(text string) Encoding {
	for _, r := range text {
		if !inGSM7(r) {
			return UCS2
		}
	}
	return GSM7
}

func inGSM7(r rune) bool {
	return strings.ContainsRune(alphabet, r) || strings.ContainsRune(extension, r)
}

func cost(r rune, enc Encoding) int {
	if enc == UCS2 {
		return utf16.RuneLen(r)
	}
	if strings.ContainsRune(extension, r) {
		return 2
	}
	return 1
}

func single(enc Encoding) int {
	if enc == UCS2 {
		return singleUCS2
	}
	return singleGSM7
}
