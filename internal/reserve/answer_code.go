package reserve

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// takeCodes takes the code of a call-up out of the words: "OUI A", "A OUI", "A1", "1a", "oui pour B". A letter that is
// not among the open codes is taken too, for a late "A OUI" must never count for another call-up.
func (t *answerText) takeCodes(open []string) {
	var found []string
	var rest []answerWord
	sure := true
	for i, w := range t.words {
		code, digit := codeOf(w, open)
		switch {
		case code == "":
			rest = append(rest, w)
			continue
		case digit != 0:
			rest = append(rest, answerWord{text: string(rune('0' + digit)), typed: w.typed, end: w.end, digit: digit})
		default:
			sure = sure && (i == 0 || i == len(t.words)-1)
			for len(rest) > 0 && codeFillers[rest[len(rest)-1].text] {
				rest = rest[:len(rest)-1]
			}
		}
		if !slices.Contains(found, code) {
			found = append(found, code)
		}
	}
	if len(found) == 0 {
		return
	}
	t.words = rest
	t.code, t.manyCodes = found[0], len(found) > 1
	t.foreign = !slices.ContainsFunc(open, func(c string) bool { return strings.EqualFold(c, t.code) })
	// A lone letter inside a sentence may be a word: "non a cause de la pluie", "non il y a …".
	if _, _, unknown := t.count(); unknown > 0 && !sure {
		t.foreign = true
	}
}

// codeOf reads a word as the code of a call-up, with the digit of the answer where it is glued on.
func codeOf(w answerWord, open []string) (code string, digit int) {
	for _, c := range open {
		if strings.EqualFold(c, w.text) && strings.EqualFold(c, narrow(w.typed)) {
			return strings.ToUpper(c), 0
		}
	}
	plain := strings.ToUpper(w.text)
	if len(plain) == 0 || len(plain) > 2 || utf8.RuneCountInString(w.typed) != len(plain) || !strings.EqualFold(narrow(w.typed), plain) {
		return "", 0 // "à" is not A
	}
	if len(plain) == 1 {
		if strings.Contains(AnswerCodes, plain) {
			return plain, 0
		}
		return "", 0
	}
	letter, number := plain[0], plain[1]
	if number >= 'A' {
		letter, number = number, letter
	}
	if strings.IndexByte(AnswerCodes, letter) < 0 || number < '1' || number > '3' {
		return "", 0
	}
	return string(rune(letter)), int(number - '0')
}

// narrow writes the digits of any script as 0-9, and full-width letters as plain ones, and leaves the rest.
func narrow(s string) string {
	var b strings.Builder
	for _, r := range s {
		if isDigit(r) || r >= 0xFF21 && r <= 0xFF5A {
			b.WriteString(foldRune(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func joinWords(words []answerWord) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.text
	}
	return strings.Join(texts, " ")
}

func (t *answerText) afterCourtesy() []answerWord {
	for i, w := range t.words {
		if !courtesy[w.text] {
			return t.words[i:]
		}
	}
	return nil
}

func (t *answerText) withoutCourtesy() []answerWord {
	var out []answerWord
	for _, w := range t.words {
		if !courtesy[w.text] {
			out = append(out, w)
		}
	}
	return out
}

// is reports whether the text, with or without its courtesies, is one of phrases.
func (t *answerText) is(phrases map[string]bool) bool {
	return phrases[joinWords(t.words)] || phrases[joinWords(t.afterCourtesy())] || phrases[joinWords(t.withoutCourtesy())]
}

// starts reports whether the text, with or without a greeting, begins with one of phrases.
func (t *answerText) starts(phrases []string) bool {
	return hasPhrase(joinWords(t.words), phrases) || hasPhrase(joinWords(t.afterCourtesy()), phrases)
}

// has reports whether one of phrases stands anywhere, as whole words.
func (t *answerText) has(phrases []string) bool {
	text := " " + joinWords(t.words) + " "
	return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(text, " "+p+" ") })
}

// takeEasy takes every one of easyPhrases out of the words, before a letter in one is read as a code.
func (t *answerText) takeEasy() {
	for _, p := range easyPhrases {
		for {
			text := " " + joinWords(t.words) + " "
			at := strings.Index(text, " "+p+" ")
			if at < 0 {
				break
			}
			t.easy = true
			t.remove(text[1:], at, at+len(p))
		}
	}
}

// after is the source behind a word, without the blanks and signs that part them.
func (t *answerText) after(w answerWord) string {
	return strings.Trim(t.source[w.end:], " \t\r\n.,;:!-")
}

func hasPhrase(text string, phrases []string) bool {
	return slices.ContainsFunc(phrases, func(p string) bool { return text == p || strings.HasPrefix(text, p+" ") })
}

func hasWord(words []answerWord, set map[string]bool) bool {
	return slices.ContainsFunc(words, func(w answerWord) bool { return set[w.text] })
}

// oneSlip reports whether a and b differ by one letter added, left out, changed, or by two neighbours exchanged.
func oneSlip(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if len(y) > len(x) {
		return string(x[i:]) == string(y[i+1:])
	}
	if i == len(x) {
		return true
	}
	return string(x[i+1:]) == string(y[i+1:]) ||
		i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && string(x[i+2:]) == string(y[i+2:])
}
