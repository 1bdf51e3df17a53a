package reserve

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// answerText is a text cut into folded words, with what stands beside the answer taken out of them.
type answerText struct {
	source   string
	words    []answerWord
	question bool // a question mark stands somewhere
	empty    bool
	cut      bool // longer than is read

	code      string // the call-up that is named
	manyCodes bool   // two or more are named
	foreign   bool   // the one named is not open, or the letter may as well be a word
	easy      bool   // a phrase such as "no problem" stood there
	pin       string
	in        time.Duration
	at        string
}

// answerWord is one word: small letters without accents, digits of any script as 0-9, or one emoji.
type answerWord struct {
	text  string
	typed string
	end   int // where it ends in the source
	digit int // 1 to 9 for a word of one digit
}

// signature recognises the line that a mail or phone program adds.
var signature = regexp.MustCompile(`^(?:envoye (?:de|depuis|avec|a partir|par)|sent (?:from|via|with)|obtenez outlook|get outlook|telecharge|ارسل من|ارسلت من|تم الارسال من)(?: |$)`)

func tokenize(source string) *answerText {
	t := &answerText{source: withoutSignature(source), empty: true}
	if utf8.RuneCountInString(t.source) > longestAnswer {
		t.cut = true
		t.source = string([]rune(t.source)[:longestAnswer])
	}
	var word, typed strings.Builder
	flush := func(end int) {
		if word.Len() > 0 {
			t.words = append(t.words, answerWord{text: calm(word.String()), typed: typed.String(), end: end})
		}
		word.Reset()
		typed.Reset()
	}
	var last rune
	for i, r := range t.source {
		folded := foldRune(r)
		switch {
		case folded == "":
			// An apostrophe or an invisible mark joins what it stands between.
			if !unicode.Is(unicode.Cf, r) && r != '\u200b' {
				t.empty = false
			}
			continue
		case unicode.IsSpace(r):
			flush(i)
		case r == ':' && isDigit(last) && nextIsDigit(t.source[i+1:]):
			word.WriteString(folded)
			typed.WriteRune(r)
		case isWordRune(r):
			word.WriteString(folded)
			typed.WriteRune(r)
		case unicode.Is(unicode.So, r) && r != utf8.RuneError:
			flush(i)
			t.words = append(t.words, answerWord{text: folded, typed: string(r), end: i + utf8.RuneLen(r)})
		default:
			flush(i)
			t.question = t.question || r == '?' || r == '؟' || r == '¿'
		}
		if !unicode.IsSpace(r) {
			t.empty = false
		}
		last = r
	}
	flush(len(t.source))
	t.joinElisions()
	t.takeTime()
	t.takePin()
	t.readDigits()
	return t
}

func withoutSignature(source string) string {
	lines := strings.SplitAfter(source, "\n")
	at := 0
	for i, line := range lines {
		if folded := strings.TrimSpace(foldText(line)); i > 0 && (signature.MatchString(folded) || folded == "--") {
			return source[:at]
		}
		at += len(line)
	}
	return source
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
}

func isDigit(r rune) bool { return unicode.IsDigit(r) }

func nextIsDigit(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsDigit(r)
}

// calm undoes letters drawn out ("Ouiii", "nooon") where that makes a word we know; a word we know as it stands is left alone.
func calm(w string) string {
	if knownWord(w) {
		return w
	}
	for _, keep := range []int{2, 1} {
		if c := squeeze(w, keep); c != w && knownWord(c) {
			return c
		}
	}
	return w
}

// squeeze shortens runs of three letters and more to keep letters.
func squeeze(w string, keep int) string {
	var out []rune
	run := []rune{}
	end := func() {
		if len(run) >= 3 {
			run = run[:keep]
		}
		out = append(out, run...)
		run = run[:0]
	}
	for _, r := range w {
		if len(run) > 0 && run[0] != r {
			end()
		}
		if isDigit(r) {
			return w // "111" is not 1
		}
		run = append(run, r)
	}
	end()
	return string(out)
}

// joinElisions puts "d accord" and "c est" together, as people type them without the apostrophe.
func (t *answerText) joinElisions() {
	var out []answerWord
	for i := 0; i < len(t.words); i++ {
		w := t.words[i]
		if i+1 < len(t.words) && len(w.text) == 1 && strings.Contains("cdjlmnst", w.text) {
			next := t.words[i+1]
			if len(next.text) > 2 && strings.ContainsAny(next.text[:1], "aehiou") && !yesWords[next.text] && !noWords[next.text] {
				w = answerWord{text: w.text + next.text, typed: w.typed + " " + next.typed, end: next.end}
				i++
			}
		}
		out = append(out, w)
	}
	t.words = out
}

// readDigits marks words of one digit, and reads "one" or "deux" where it is the whole text.
func (t *answerText) readDigits() {
	for i, w := range t.words {
		if len(w.text) == 1 && w.text[0] >= '1' && w.text[0] <= '9' {
			t.words[i].digit = int(w.text[0] - '0')
		}
	}
	if rest := t.withoutCourtesy(); len(rest) == 1 && numberWords[rest[0].text] != 0 {
		for i, w := range t.words {
			if w.text == rest[0].text {
				t.words[i].digit = numberWords[w.text]
			}
		}
	}
}

// The forms of an hour in a text of folded words. A bare number is no hour: "oui 2" is not two o'clock.
var (
	inTime = regexp.MustCompile(`(?:^| )(?:dans|in|within|dici|nan da|bayan|cikin|بعد|خلال) ` +
		`(\d{1,3}|un|une|one|a|an|half an|half|une demi|demi|deux|two|trois|three|نصف)? ?(h|hrs?|heures?|hours?|mins?|mn|minutes?|ساعات|ساعه|ساعتين|دقيقه|دقايق)(?: |$)`)
	inTimeHausa = regexp.MustCompile(`(?:^| )(?:nan da|bayan|cikin) (awa|awowi|awanni|minti|mintuna|mintoci) (\d{1,3}|daya|biyu|uku)(?: |$)`)
	atTime      = regexp.MustCompile(`(?:^| )(?:(?:a|at|vers|around|pour|by|da|karfe|da karfe|الساعه|علي الساعه) )?(\d{1,2})(?:(?:h| h|:| heures?|heures?)(\d{2})?|())( ?am| ?pm)?(?: |$)`)
	atNoon      = regexp.MustCompile(`(?:^| )(?:a|at|vers|around|by) (?:midi|noon)(?: |$)`)
	atClock     = regexp.MustCompile(`(?:^| )(?:at|vers|around|karfe|da karfe|الساعه|علي الساعه) \d{1,2}(?: |$)`)
)

// takeTime takes the first hour out of the words.
func (t *answerText) takeTime() {
	text := joinWords(t.words)
	if m := inTime.FindStringSubmatchIndex(text); m != nil {
		t.in = span(group(text, m, 1), group(text, m, 2))
		t.remove(text, m[0], m[1])
	} else if m := inTimeHausa.FindStringSubmatchIndex(text); m != nil {
		t.in = span(group(text, m, 2), group(text, m, 1))
		t.remove(text, m[0], m[1])
	} else if m := atNoon.FindStringIndex(text); m != nil {
		t.at = "12:00"
		t.remove(text, m[0], m[1])
	} else {
		t.takeClock(text)
	}
}

// takeClock takes the first hour by the clock out, passing over bare numbers before it.
func (t *answerText) takeClock(text string) {
	for from := 0; from < len(text); {
		m := atTime.FindStringSubmatchIndex(text[from:])
		if m == nil {
			return
		}
		part := text[from:]
		if at := clock(part[m[0]:m[1]], group(part, m, 1), group(part, m, 2), strings.TrimSpace(group(part, m, 4))); at != "" {
			t.at = at
			t.remove(text, from+m[0], from+m[1])
			return
		}
		// The blank behind a match also begins the next.
		from += max(m[3], m[0]+1)
	}
}

func group(text string, m []int, i int) string {
	if m[2*i] < 0 {
		return ""
	}
	return text[m[2*i]:m[2*i+1]]
}

// span is a length of time from its number and unit; without a number it is one, or two for an Arabic dual.
func span(number, unit string) time.Duration {
	n, err := strconv.Atoi(number)
	if err != nil {
		n = max(1, map[string]int{"deux": 2, "two": 2, "trois": 3, "three": 3, "biyu": 2, "uku": 3}[number])
	}
	d := time.Hour
	switch {
	case unit == "ساعتين":
		n = 2
	case strings.HasPrefix(unit, "m"), strings.HasPrefix(unit, "دق"):
		d = time.Minute
	}
	if strings.Contains(number, "half") || strings.Contains(number, "demi") || number == "نصف" {
		d /= 2
	}
	return time.Duration(n) * d
}

// clock is "HH:MM", or "" where the match is a number and not an hour.
func clock(match, hour, minute, half string) string {
	h, _ := strconv.Atoi(hour)
	m := 0
	if minute != "" {
		m, _ = strconv.Atoi(minute)
	}
	bare := !strings.ContainsAny(match, "h:") && half == ""
	if bare && !atClock.MatchString(match) || h > 23 || m > 59 || half != "" && (h < 1 || h > 12) {
		return ""
	}
	if strings.Contains(match, ":") && minute == "" {
		return ""
	}
	switch {
	case half == "pm" && h < 12:
		h += 12
	case half == "am" && h == 12:
		h = 0
	}
	return strconv.Itoa(h/10) + strconv.Itoa(h%10) + ":" + strconv.Itoa(m/10) + strconv.Itoa(m%10)
}

// remove takes the words between two places of the joined text away.
func (t *answerText) remove(text string, from, to int) {
	before := len(strings.Fields(text[:from]))
	n := len(strings.Fields(text[from:to]))
	t.words = append(t.words[:before:before], t.words[before+n:]...)
}

func (t *answerText) timed() bool { return t.in != 0 || t.at != "" }

// takePin takes the four digits of a person out, where there is one such number.
func (t *answerText) takePin() {
	at := -1
	for i, w := range t.words {
		if len(w.text) == 4 && strings.Trim(w.text, "0123456789") == "" {
			if at >= 0 {
				return
			}
			at = i
		}
	}
	if at >= 0 {
		t.pin = t.words[at].text
		t.words = append(t.words[:at:at], t.words[at+1:]...)
	}
}
