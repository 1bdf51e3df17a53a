package reserve

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Meaning is what a text from a phone was understood to say.
type Meaning string

// The meanings. Only Yes and No decide anything about an invitation; whatever is not surely one of the others is Unclear.
const (
	MeansYes         Meaning = "yes"
	MeansNo          Meaning = "no"
	MeansLater       Meaning = "later"        // not now, perhaps later: a person looks at it
	MeansStop        Meaning = "stop"         // no more texts to this number
	MeansStart       Meaning = "start"        // texts to this number again
	MeansWithdraw    Meaning = "withdraw"     // out of the registry
	MeansWrongPerson Meaning = "wrong-person" // the number is somebody else's
	MeansWho         Meaning = "who"          // "who is this?"
	MeansJoin        Meaning = "join"
	MeansInfo        Meaning = "info" // "what do you hold about me?"
	MeansHelp        Meaning = "help"
	MeansUnclear     Meaning = "unclear"
	MeansEmpty       Meaning = "empty" // nothing to read at all
)

// Decides reports whether an invitation may be settled by it without a person looking.
func (m Meaning) Decides() bool { return m == MeansYes || m == MeansNo }

// Answer is a text as read. The text itself is kept by the caller, whatever was understood.
type Answer struct {
	Meaning Meaning
	// Suggest is the likely reading of an unclear text, for the coordinator's one tap; empty where there is none.
	Suggest Meaning
	// Code is the call-up that the text names, in capitals. An unclear answer can have one too: "A" alone, or a yes to a
	// call-up that is not among the open ones.
	Code string
	// Pin is the four digits by which people who share a phone say who answers ("1 OUI 4821"). The caller takes a yes
	// whose pin is nobody's on that number for unclear: it may be a sum of money.
	Pin string
	// Number is the digit that was sent, where the text is one digit with courtesies at most (1 yes, 2 no, 3 later); 0 is none.
	Number int
	// In and At are the hour a yes is tied to, "yes in 2 hours" or "oui à 11h" ("11:00"). The caller compares them with
	// the deadline, and takes a yes that would be too late for unclear.
	In time.Duration
	At string
	// Machine marks what looks like an automatic reply: nothing is sent back.
	Machine bool
	// Rest is what a join or an info said after its keyword ("JOIN NIAMEY"), or the words of an unclear yes or no that
	// were not understood ("OUI HADIZA"): the caller may know the names on a shared phone.
	Rest Private
}

// AnswerCodes are the letters a call-up may have as its code. I, N, O and Y are left out, since they are answers (Hausa
// "i", "non", "oui", "yes").
const AnswerCodes = "ABCDEFGHJKLMPQRSTUVWXZ"

// longestAnswer is how many characters are read: three parts of a long text. What is longer is unclear, unless its first word settles it.
const longestAnswer = 480

// CleanText makes what a carrier posted fit to be kept, shown and exported: each unreadable byte and each control
// character but tab and line ends becomes U+FFFD, so that the text is valid UTF-8, XML and JSON. The bytes as received are kept beside it.
func CleanText(raw []byte) string {
	var b strings.Builder
	b.Grow(len(raw))
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		raw = raw[size:]
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}

// ReadAnswer says what a text means; codes are the call-ups open for the sender, empty or one where the code need not be
// named. Five languages are read, accents, case and punctuation do not matter. A yes is strict: every word must be
// understood, nothing may contradict or ask, or it is unclear (field case C027: "oui merci" is a yes, "Louis", "12", "oui
// mais" are not). A no may say why. A stop counts by its first word, whatever follows.
func ReadAnswer(text string, codes []string) Answer {
	t := tokenize(text)
	switch {
	case t.empty:
		return Answer{Meaning: MeansEmpty}
	case len(t.words) == 0 && !t.timed() && t.pin == "":
		return Answer{Meaning: MeansUnclear} // signs only
	}
	if a, ok := t.keyword(); ok {
		return a
	}
	if t.has(machinePhrases) {
		return Answer{Meaning: MeansUnclear, Machine: true}
	}
	if t.cut {
		return Answer{Meaning: MeansUnclear}
	}
	t.takeEasy()
	t.takeCodes(codes)
	a := t.judge()
	a.Pin, a.In, a.At = t.pin, t.in, t.at
	if t.code != "" {
		a.Code = t.code
	}
	if a.Meaning.Decides() && (t.manyCodes || t.foreign) {
		a.Suggest, a.Meaning = a.Meaning, MeansUnclear
	}
	if t.manyCodes {
		a.Code, a.Suggest = "", ""
	}
	return a
}

// keyword finds what a first word, or a whole phrase, asks of us apart from any call-up. Greetings before it do not count.
func (t *answerText) keyword() (Answer, bool) {
	words := t.afterCourtesy()
	if len(words) == 0 {
		return Answer{}, false
	}
	first, rest := words[0].text, words[1:]
	switch {
	case stopFirst[first] && !(len(rest) > 0 && notStop[rest[0].text]),
		t.is(stopPhrases), t.starts(stopStarts),
		stopAlone[first] && allWords(rest, func(w string) bool { return stopAlone[w] || stopFirst[w] || stopObjects[w] || courtesy[w] }):
		return Answer{Meaning: MeansStop}, true
	case t.cut:
		return Answer{}, false
	case t.is(whoPhrases):
		return Answer{Meaning: MeansWho}, true
	case t.is(infoPhrases):
		return Answer{Meaning: MeansInfo}, true
	case t.is(helpPhrases):
		return Answer{Meaning: MeansHelp}, true
	case t.question:
		return Answer{}, false
	case t.is(startPhrases):
		return Answer{Meaning: MeansStart}, true
	case t.is(wrongPhrases), t.starts(wrongStarts):
		return Answer{Meaning: MeansWrongPerson}, true
	case t.is(withdrawPhrases), withdrawFirst[first] && len(rest) <= 5 && !hasWord(rest, numberNouns):
		return Answer{Meaning: MeansWithdraw}, true
	case joinFirst[first]:
		return Answer{Meaning: MeansJoin, Rest: Private(t.after(words[0]))}, true
	case t.is(joinPhrases):
		return Answer{Meaning: MeansJoin}, true
	case infoFirst[first] && len(rest) <= 2:
		return Answer{Meaning: MeansInfo, Rest: Private(t.after(words[0]))}, true
	}
	return Answer{}, false
}

// judge weighs what is left when codes, times and the pin are out.
func (t *answerText) judge() Answer {
	yes, no, unknown := t.count()
	understood := unknown == 0 && !t.question
	switch {
	case len(t.words) == 0 && (t.easy || t.timed()):
		return Answer{Meaning: MeansUnclear, Suggest: MeansYes}
	case len(t.words) == 0:
		return Answer{Meaning: MeansUnclear}
	case yes > 0 && no > 0:
		return Answer{Meaning: MeansUnclear, Rest: t.rest()}
	case no > 0 || t.is(noPhrases) || t.starts(noStarts):
		return t.judgeNo(no > 0)
	case yes > 0 && understood:
		return Answer{Meaning: MeansYes, Number: t.digit()}
	case yes > 0:
		return t.unclearYes()
	case t.digit() == 3 && understood:
		return Answer{Meaning: MeansLater, Number: 3}
	case t.digit() != 0 && understood:
		return Answer{Meaning: MeansUnclear, Number: t.digit()}
	case t.is(yesPhrases) && !t.question:
		return Answer{Meaning: MeansYes}
	case (t.is(laterPhrases) || t.starts(laterStarts)) && !t.question:
		return Answer{Meaning: MeansLater}
	case t.easy:
		return Answer{Meaning: MeansUnclear, Suggest: MeansYes, Rest: t.rest()}
	}
	return Answer{Meaning: MeansUnclear, Suggest: t.guess(), Rest: t.rest()}
}

// judgeNo reads a text that says no somewhere. The no must come first, or the text be a phrase for it, and nothing
// after it may take it back.
func (t *answerText) judgeNo(word bool) Answer {
	words := t.afterCourtesy()
	first := len(words) > 0 && (noWords[words[0].text] || words[0].digit == 2)
	phrase := t.is(noPhrases) || t.starts(noStarts)
	digits := 0
	for _, w := range t.words {
		if w.digit != 0 {
			digits++
		}
	}
	// French "si" is an if; Zarma "si" is the negation itself ("ay si hin").
	condition := hasWord(t.words, ifWords) && !(len(words) > 1 && words[0].text == "ay" && words[1].text == "si")
	takenBack := t.question || t.easy || digits > 1 || t.positive() || condition || hasWord(t.words, butWords) || t.has(takesBack)
	if (first || phrase && !word) && !takenBack && (t.digit() != 2 || t.digitUnderstood()) {
		return Answer{Meaning: MeansNo, Number: t.digit()}
	}
	return Answer{Meaning: MeansUnclear, Suggest: MeansNo, Rest: t.rest()}
}

// digitUnderstood reports whether a 2 is an answer and not a count ("2 personnes"): alone, with courtesies, or beside a word for no.
func (t *answerText) digitUnderstood() bool {
	return hasWord(t.words, noWords) || allWords(t.words, func(w string) bool { return w == "2" || courtesy[w] || numberWords[w] == 2 })
}

// unclearYes suggests how to read a yes with a condition, a question or words we do not know.
func (t *answerText) unclearYes() Answer {
	a := Answer{Meaning: MeansUnclear, Suggest: MeansYes, Rest: t.rest()}
	switch {
	case hasWord(t.words, butWords) && hasWord(t.words, laterWords):
		a.Suggest = MeansLater
	case hasWord(t.words, negations) && !hasWord(t.words, butWords) && !hasWord(t.words, ifWords):
		a.Suggest = ""
	}
	return a
}

// count tells how many words say yes, say no, and are not understood beside a yes.
func (t *answerText) count() (yes, no, unknown int) {
	for _, w := range t.words {
		switch {
		case yesWords[w.text]:
			yes++
		case noWords[w.text]:
			no++
		case w.digit == 1:
			yes++
		case w.digit == 2:
			no++
		case w.digit == 0 && !courtesy[w.text] && !support[w.text]:
			unknown++
		}
	}
	// Two digits are no choice: "1 2", "1 1", "3 1".
	digits := 0
	for _, w := range t.words {
		if w.digit != 0 {
			digits++
		}
	}
	if digits > 1 {
		unknown++
	}
	return yes, no, unknown
}

// digit is the one digit of the text, or 0.
func (t *answerText) digit() int {
	d := 0
	for _, w := range t.words {
		if w.digit != 0 {
			if d != 0 {
				return 0
			}
			d = w.digit
		}
	}
	return d
}

// positive reports whether a text that says no goes on to offer something after all ("non je viens").
func (t *answerText) positive() bool {
	return hasWord(t.words, positiveWords) && !hasWord(t.words, negations)
}

// guess suggests a reading for a text of one word that is one slip away from an answer ("0UI", "oiu", "nn").
func (t *answerText) guess() Meaning {
	words := t.withoutCourtesy()
	if len(words) == 0 && len(t.words) == 1 {
		words = t.words
	}
	if len(words) != 1 {
		return ""
	}
	w := words[0].text
	switch {
	case likelyYes[w]:
		return MeansYes
	case likelyNo[w]:
		return MeansNo
	case oneSlip(strings.ReplaceAll(w, "0", "o"), "oui"), oneSlip(w, "yes"):
		return MeansYes
	case oneSlip(w, "non"):
		return MeansNo
	}
	return ""
}

// rest gives the words that were not understood, as typed.
func (t *answerText) rest() Private {
	var out []string
	for _, w := range t.words {
		if !yesWords[w.text] && !noWords[w.text] && !courtesy[w.text] && !support[w.text] && w.digit == 0 {
			out = append(out, w.typed)
		}
	}
	return Private(strings.Join(out, " "))
}

func allWords(words []answerWord, ok func(string) bool) bool {
	for _, w := range words {
		if !ok(w.text) {
			return false
		}
	}
	return true
}
