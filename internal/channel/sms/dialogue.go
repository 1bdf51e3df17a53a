package sms

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"muster/internal/gazetteer"
	"muster/internal/lang"
	"muster/internal/reserve"
)

// question is what a registration by text asks next; with "sms." in front it is the key of its sentence.
type question string

// The questions, in their order.
const (
	askName     question = "join-name"
	askBirth    question = "join-birth"
	askPlace    question = "join-place"
	askWhich    question = "join-place-which"
	askFunction question = "join-function"
	askConsent  question = "join-consent"
	askNothing  question = ""
)

// dialogueLife is how long a half-finished registration waits for its sender (a day off the network, and a night).
const dialogueLife = 48 * time.Hour

// dialogue is one registration by text, half-finished. It exists in memory only, under the sender's number, and starts
// anew after a restart: what hangs on a number is not kept on a disk that may be stolen.
type dialogue struct {
	drive    *reserve.Drive
	language string
	app      reserve.Application
	asked    question
	choices  []string // P-codes offered by askWhich, functions offered by askFunction
	consent  int      // the recipient asked about
	touched  time.Time
}

// sentence is one text to send: a key of the catalogue and its arguments.
type sentence struct {
	key   string
	pairs []any
}

// reader is what a dialogue needs to understand words.
type reader struct {
	places *gazetteer.Gazetteer
	texts  *lang.Catalog
}

// begin starts a dialogue with what stood behind the keyword: nothing, or as much as the sender knew to write
// ("Hadiza Noma 1998 Gaya infirmière"). from is the sender's number, which is the person's own until they say otherwise.
func (r reader) begin(d *reserve.Drive, language, ref, from, rest string, now time.Time) *dialogue {
	g := &dialogue{drive: d, language: d.Language(language), touched: now, app: reserve.Application{
		Drive: d.Code, Channel: reserve.ChannelSMS, Ref: ref, Language: d.Language(language),
		Phones: []reserve.PhoneGiven{{Number: reserve.Private(from)}},
	}}
	r.volunteerAll(g, rest)
	return g
}

var (
	yearWord = regexp.MustCompile(`^(19|20)\d\d$`)
	fullDate = regexp.MustCompile(`^(\d{1,2})[ /.-](\d{1,2})[ /.-]((?:19|20)\d\d)$`)
)

// volunteerAll takes what it can from one line: the words before the year are the name, those behind it place and trade.
func (r reader) volunteerAll(g *dialogue, rest string) {
	words := strings.Fields(westernDigits(rest))
	year := -1
	for i, w := range words {
		if yearWord.MatchString(w) {
			year = i
		}
	}
	if year < 1 {
		if name := strings.Join(words, " "); hasLetter(name) {
			g.app.Name = reserve.Private(name)
		}
		return
	}
	g.app.Name = reserve.Private(strings.Join(words[:year], " "))
	g.app.Birth = words[year]
	r.trades(g, r.place(g, words[year+1:]))
}

// place takes the longest run of words from the front that is one sure place, and gives the rest.
func (r reader) place(g *dialogue, words []string) []string {
	for n := min(len(words), 4); n > 0; n-- {
		if p, ok := r.places.Resolve(strings.Join(words[:n], " "), ""); ok {
			g.app.Place = p.Code
			return words[n:]
		}
	}
	return words
}

// trades takes the words that name a function or a qualification of the drive, in any of its languages.
func (r reader) trades(g *dialogue, words []string) {
	said := " " + folded(strings.Join(words, " ")) + " "
	for _, f := range g.drive.Functions {
		offered := r.said(said, f.Name, "function."+f.Code, f.Code, g.drive.Languages)
		for _, q := range f.Qualifications {
			if r.said(said, nil, "qualification."+q, q, g.drive.Languages) {
				offered = true
				g.app.Qualifications = append(g.app.Qualifications, reserve.Claim{Code: q})
			}
		}
		if offered {
			g.app.Functions = append(g.app.Functions, f.Code)
		}
	}
}

func (r reader) said(said string, names reserve.Texts, key, code string, languages []string) bool {
	forms := []string{code}
	for _, l := range languages {
		if names[l] != "" {
			forms = append(forms, names[l])
		}
		if r.texts.Has(key) {
			forms = append(forms, r.texts.Text(l, key))
		}
	}
	for _, form := range forms {
		form, _, _ = strings.Cut(form, "(")
		for _, f := range eitherForm.Split(form, -1) {
			if f = folded(f); f != "" && strings.Contains(said, " "+f+" ") {
				return true
			}
		}
	}
	return false
}

// eitherForm parts the forms of one trade: "Infirmier, infirmière", "infirmier ou infirmière".
var eitherForm = regexp.MustCompile(`[,/;]| (?:ou|or|ko|wala|أو) `)

// next gives the next question, or none where the registration is whole.
func (r reader) next(g *dialogue) sentence {
	switch {
	case g.app.Name == "":
		g.asked = askName
	case g.app.Birth == "":
		g.asked = askBirth
	case g.asked == askWhich && g.app.Place == "":
		return r.which(g)
	case g.app.Place == "":
		g.asked = askPlace
	case len(g.app.Functions) == 0:
		return r.functions(g)
	case g.consent < len(g.drive.Recipients):
		g.asked = askConsent
		return sentence{"sms." + string(askConsent), []any{"recipient", g.drive.Recipients[g.consent].Name}}
	default:
		g.asked = askNothing
		return sentence{}
	}
	return sentence{key: "sms." + string(g.asked)}
}

func (r reader) which(g *dialogue) sentence {
	var list []string
	for i, code := range g.choices {
		if p, ok := r.places.ByCode(code); ok {
			list = append(list, strconv.Itoa(i+1)+"="+gazetteer.Label(p))
		}
	}
	return sentence{"sms." + string(askWhich), []any{"list", strings.Join(list, " ")}}
}

func (r reader) functions(g *dialogue) sentence {
	g.asked, g.choices = askFunction, nil
	var list []string
	for i, f := range g.drive.Functions {
		name, _, _ := strings.Cut(f.Name.In(g.language, g.drive.Languages...), " (")
		list = append(list, strconv.Itoa(i+1)+"="+name)
		g.choices = append(g.choices, f.Code)
	}
	return sentence{"sms." + string(askFunction), []any{"list", strings.Join(list, " ")}}
}

// hear takes an answer. again is true where it could not be read; the same question is then asked once more.
func (r reader) hear(g *dialogue, text string, now time.Time) (again bool) {
	g.touched = now
	text = strings.Join(strings.Fields(westernDigits(text)), " ")
	switch g.asked {
	case askName:
		if !hasLetter(text) {
			return true
		}
		g.app.Name = reserve.Private(text)
	case askBirth:
		g.app.Birth = birth(text)
		return g.app.Birth == ""
	case askPlace:
		return r.hearPlace(g, text)
	case askWhich:
		n, err := strconv.Atoi(text)
		if err != nil {
			return r.hearPlace(g, text)
		}
		if n < 1 || n > len(g.choices) {
			return true
		}
		g.app.Place = g.choices[n-1]
	case askFunction:
		return !r.hearFunctions(g, text)
	case askConsent:
		return !hearConsent(g, text)
	}
	return false
}

// hearPlace takes a place; one of several is asked about, at most four, which is what fits a text.
func (r reader) hearPlace(g *dialogue, text string) (again bool) {
	if p, ok := r.places.Resolve(text, ""); ok {
		g.app.Place = p.Code
		return false
	}
	found := r.places.Find(text, "")
	if len(found) == 0 {
		return true
	}
	g.asked, g.choices = askWhich, nil
	for _, p := range found[:min(len(found), 4)] {
		g.choices = append(g.choices, p.Code)
	}
	return false
}

func (r reader) hearFunctions(g *dialogue, text string) bool {
	digits := strings.FieldsFunc(text, func(c rune) bool { return c < '0' || c > '9' })
	for _, d := range digits {
		n, err := strconv.Atoi(d)
		if err != nil || n < 1 || n > len(g.choices) {
			g.app.Functions = nil
			return false
		}
		if code := g.choices[n-1]; !contains(g.app.Functions, code) {
			g.app.Functions = append(g.app.Functions, code)
		}
	}
	if len(digits) == 0 {
		r.trades(g, strings.Fields(text))
	}
	return len(g.app.Functions) > 0
}

// hearConsent takes a yes or a no; only a clear yes is a consent.
func hearConsent(g *dialogue, text string) bool {
	recipient := g.drive.Recipients[g.consent]
	switch reserve.ReadAnswer(text, nil).Meaning {
	case reserve.MeansYes:
		for _, p := range recipient.Purposes {
			g.app.Consents = append(g.app.Consents, reserve.ConsentGiven{Recipient: recipient.Code, Purpose: p, Wording: g.drive.Consent.Version})
		}
	case reserve.MeansNo:
	default:
		return false
	}
	g.consent++
	return true
}

// reopen asks again about a field the registry found a fault in; false where no question is about it.
func (g *dialogue) reopen(field string) bool {
	switch field {
	case "name":
		g.app.Name = ""
	case "birth", "age":
		g.app.Birth = ""
	case "place":
		g.app.Place = ""
	case "functions":
		g.app.Functions = nil
	default:
		return false
	}
	return true
}

// birth reads a year, or day, month and year, as EDTF; empty where it is neither.
func birth(text string) string {
	if yearWord.MatchString(text) {
		return text
	}
	m := fullDate.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	day, month := m[1], m[2]
	if len(day) == 1 {
		day = "0" + day
	}
	if len(month) == 1 {
		month = "0" + month
	}
	return m[3] + "-" + month + "-" + day
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func hasLetter(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }

// folded is a text without accents and case, its words apart by one blank, for comparing words.
func folded(s string) string {
	s = strings.ToLower(lang.Plain(s))
	return strings.Join(strings.FieldsFunc(plainLetters.Replace(s), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }), " ")
}

var plainLetters = strings.NewReplacer("é", "e", "è", "e", "à", "a", "ù", "u", "ì", "i", "ò", "o", "ü", "u", "ä", "a", "ö", "o", "ñ", "n")

// westernDigits writes the digits of Arabic script as 0 to 9.
func westernDigits(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case '٠' <= c && c <= '٩':
			return c - '٠' + '0'
		case '۰' <= c && c <= '۹':
			return c - '۰' + '0'
		}
		return c
	}, s)
}
