package cases

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/internal/channel/sheet"
	"muster/internal/lang"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/server"
	"muster/internal/testkit"
)

const (
	ownNumber  = "+22790009999" // of the house
	ownCode    = "8008"
	passphrase = "a passphrase of tests"
	driveFile  = "../../examples/niger/drive.yaml"
)

// house is a whole node on a standing clock, with the drive of the cases: zone Africa/Niamey, country NE, French, 18.
type house struct {
	*server.Node
	t       *testing.T // of the subtest that asks now
	data    string
	clock   *testkit.Clock
	drive   string
	handler http.Handler
	log     *bytes.Buffer
	refs    int
	silent  bool // no carrier is mounted
}

// newHouse makes an unlocked node. The clock stands at noon of 2026-11-24 in Niamey, or where the case says.
func newHouse(t *testing.T, at ...time.Time) *house {
	t.Helper()
	return newHouseWith(t, func(text string) string { return text }, at...)
}

// newHouseWith is newHouse with changes to the text of the drive file.
func newHouseWith(t *testing.T, change func(drive string) string, at ...time.Time) *house {
	t.Helper()
	text, err := os.ReadFile(driveFile)
	check(t, err)
	h := &house{t: t, data: filepath.Join(t.TempDir(), "data"), clock: testkit.NewClock(), log: &bytes.Buffer{}}
	if len(at) > 0 {
		h.clock.Set(at[0])
	}
	made, err := server.Init(context.Background(), server.InitConfig{Data: h.data, Drive: []byte(change(string(text))), Passphrase: passphrase, Owner: "owner", Cost: seal.MinArgon2id(), Now: h.clock.Now})
	check(t, err)
	h.drive = made.Drive
	h.open()
	t.Cleanup(func() { check(t, h.Close()) })
	return h
}

// in lets a house answer to a subtest.
func (h *house) in(t *testing.T) *house {
	h.t = t
	return h
}

// open starts the node on its folder; a second call, after Close, is a restart.
func (h *house) open() {
	h.t.Helper()
	n, err := server.Open(context.Background(), server.Config{Data: h.data, Passphrase: passphrase, Simulator: !h.silent, Numbers: []string{ownNumber, ownCode}, Now: h.clock.Now, Log: slog.New(slog.NewTextHandler(h.log, nil))})
	check(h.t, err)
	h.Node, h.handler = n, n.Handler()
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// niamey gives an instant of the clock on the wall in Niamey, which has no clock change.
func niamey(t *testing.T, at string) time.Time {
	t.Helper()
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if when, err := time.ParseInLocation(layout, at, time.FixedZone("Africa/Niamey", 3600)); err == nil {
			return when
		}
	}
	t.Fatalf("no time: %s", at)
	return time.Time{}
}

// person is what somebody gives at a door. Phone and birth are as typed; age is a stated one.
type person struct {
	name, birth, age, phone, place, site, sex string
	functions                                 []string
}

// answer is what a door said: taken, or the codes of what is wrong by field.
type answer struct {
	taken   bool
	pending bool
	faults  map[string]string
	receipt string
	token   string // of the own page
	status  int
	body    string
}

func (a answer) String() string {
	if a.taken {
		return fmt.Sprintf("taken (pending %v)", a.pending)
	}
	return fmt.Sprintf("refused %v", a.faults)
}

// has reports whether a field has a fault of a code.
func (a answer) has(field, code string) bool {
	return slices.Contains(strings.Fields(a.faults[field]), code)
}

// send gives a request to the node.
func (h *house) send(method, path, kind, body string) *httptest.ResponseRecorder {
	h.t.Helper()
	return h.sendAs("", method, path, kind, body)
}

// sendAs is send with a bearer token.
func (h *house) sendAs(token, method, path, kind, body string) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	h.handler.ServeHTTP(rec, r)
	return rec
}

func (h *house) ref() string {
	h.refs++
	return fmt.Sprintf("%032x", h.refs)
}

// crowd registers n people whom nobody takes for one another, each with a number of their own. Only adults who offer medical care.
func (h *house) crowd(n int) []person {
	h.t.Helper()
	given := []string{"Hadiza", "Issoufou", "Fadima", "Oumarou", "Rakia", "Nouhou", "Zeina", "Djibo", "Aïssata", "Moussa", "Ramatou", "Boubacar"}
	family := []string{"Noma", "Gani", "Bello", "Sindi", "Labo", "Mani", "Gora", "Namata"}
	var out []person
	for i := range n {
		out = append(out, person{name: given[i%12] + " " + family[(i/12)%8], birth: fmt.Sprintf("%d-%02d-%02d", 1960+i%40, 2+i%11, 2+i%26),
			phone: fmt.Sprintf("+22790%06d", 1000+37*i), functions: []string{"medical"}})
		h.mustTake(out[i])
	}
	if got := len(h.counted()); got < n {
		h.t.Fatalf("got %d people who count, want %d", got, n)
	}
	return out
}

// number is a mobile number of Niger that nobody has yet.
func (h *house) number() string {
	h.refs++
	return fmt.Sprintf("+22796%02d%04d", h.refs%100, 7919*h.refs%10000)
}

// api registers over the API.
func (h *house) api(p person) answer {
	h.t.Helper()
	body := map[string]any{"ref": h.ref(), "name": p.name, "functions": orOther(p.functions), "language": "fr"}
	if p.birth != "" {
		body["birth"] = p.birth
	}
	if p.age != "" {
		body["age"] = json.Number(p.age)
	}
	if p.phone != "" {
		body["phones"] = []string{p.phone}
	}
	if p.place != "" {
		body["place"] = p.place
	}
	if p.site != "" {
		body["site"] = p.site
	}
	if p.sex != "" {
		body["sex"] = p.sex
	}
	text, err := json.Marshal(body)
	check(h.t, err)
	rec := h.send(http.MethodPost, "/api/v1/drives/"+h.drive+"/registrations", "application/json", string(text))
	a := answer{status: rec.Code, body: rec.Body.String(), faults: map[string]string{}}
	var got struct {
		Receipt, State, Me string
		Errors             []struct{ Field, Code, Message string }
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil {
		h.t.Fatalf("api answered %d %q: %v", rec.Code, rec.Body.String(), err)
	}
	a.taken, a.pending, a.receipt, a.token = rec.Code == http.StatusCreated, got.State == "pending-age", got.Receipt, strings.TrimPrefix(got.Me, "/me/")
	for _, e := range got.Errors {
		a.faults[e.Field] = strings.TrimSpace(a.faults[e.Field] + " " + e.Code)
	}
	return a
}

func orOther(functions []string) []string {
	if len(functions) == 0 {
		return []string{"other"}
	}
	return functions
}

// web registers through the form of the public page. A birth is typed into day, month and year.
func (h *house) web(p person) answer {
	h.t.Helper()
	form := url.Values{"ref": {h.ref()}, "name": {p.name}, "language": {"fr"}, "functions": orOther(p.functions), "wording": {"1"}, "age": {p.age}, "phone": {p.phone}, "phone_owner": {"self"}, "place": {p.place}, "site": {p.site}, "sex": {p.sex}}
	about := strings.HasSuffix(p.birth, "~")
	for i, part := range strings.Split(strings.TrimSuffix(p.birth, "~"), "-") {
		form.Set([]string{"birth_year", "birth_month", "birth_day"}[i], part)
	}
	if about {
		form.Set("birth_about", "1")
	}
	rec := h.send(http.MethodPost, "/"+h.drive+"/join?lang=fr", "application/x-www-form-urlencoded", form.Encode())
	a := answer{status: rec.Code, body: rec.Body.String(), faults: map[string]string{}}
	switch rec.Code {
	case http.StatusSeeOther:
		a.taken = true
		page := rec.Header().Get("Location")
		path, _, _ := strings.Cut(page, "?")
		a.token = strings.TrimPrefix(path, "/me/")
		own, err := h.Registry.Me(context.Background(), a.token)
		check(h.t, err)
		a.receipt, a.pending = own.Receipt, own.State == "pending-age"
	case http.StatusUnprocessableEntity:
		for _, m := range faultOnPage.FindAllStringSubmatch(a.body, -1) {
			for _, said := range spoken.FindAllStringSubmatch(m[2], -1) {
				a.faults[m[1]] = strings.TrimSpace(a.faults[m[1]] + " " + h.codeOf(said[1]))
			}
		}
	default:
		h.t.Fatalf("form answered %d: %s", rec.Code, a.body)
	}
	return a
}

// faultOnPage are the sentences that stand beside a field, spoken each one of them.
var (
	faultOnPage = regexp.MustCompile(`(?s)id="fault-([a-z_]+)"[^>]*>(.*?)</p>`)
	spoken      = regexp.MustCompile(`<span>([^<]*)</span>`)
)

// codeOf finds the code of a sentence that a page shows, by the catalogue.
func (h *house) codeOf(sentence string) string {
	sentence = strings.TrimSpace(unescape(sentence))
	v := h.Texts.Voice("fr")
	for _, key := range h.Texts.Keys() {
		if code, ok := strings.CutPrefix(key, "error."); ok && matches(v.Text(key), sentence) {
			return code
		}
	}
	return "?" + sentence
}

// matches compares a sentence whose placeholders are not filled ("?") with a filled one.
func matches(pattern, sentence string) bool {
	var parts []string
	for _, p := range strings.Split(pattern, "?") {
		parts = append(parts, regexp.QuoteMeta(p))
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(sentence)
}

func unescape(s string) string {
	return strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&quot;", `"`, "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// sheets is the door of files.
func (h *house) sheets() *sheet.Door {
	return sheet.New(sheet.Config{Registry: h.Registry, Roll: h.Roll, Gazetteer: h.Gazetteer, Lang: h.Texts, Now: h.Now})
}

// load imports a file as the operator.
func (h *house) load(file []byte, c sheet.Choices, how sheet.How) sheet.Report {
	h.t.Helper()
	rep, err := h.tryLoad(file, c, how)
	check(h.t, err)
	return rep
}

func (h *house) tryLoad(file []byte, c sheet.Choices, how sheet.How) (sheet.Report, error) {
	h.t.Helper()
	door := h.sheets()
	s, err := door.Open(context.Background(), h.drive, bytes.NewReader(file), c)
	if err != nil {
		return sheet.Report{}, err
	}
	return door.Import(context.Background(), h.Operator(), s, how)
}

// preview shows what an operator sees before anything is written.
func (h *house) preview(file []byte, c sheet.Choices) sheet.Preview {
	h.t.Helper()
	s, err := h.sheets().Open(context.Background(), h.drive, bytes.NewReader(file), c)
	check(h.t, err)
	return s.Preview()
}

// csv registers by a file of one row.
func (h *house) csv(p person) answer {
	h.t.Helper()
	return h.csvRow([]string{"nom", "naissance", "age", "telephone", "commune", "site", "sexe"}, []string{p.name, p.birth, p.age, p.phone, p.place, p.site, p.sex}, p.functions...)
}

func (h *house) csvRow(heads, cells []string, functions ...string) answer {
	h.t.Helper()
	rep := h.load(csvOf(heads, cells), sheet.Choices{Language: "fr", Functions: functions}, sheet.How{})
	a := answer{taken: rep.Added == 1, pending: rep.Pending == 1, faults: map[string]string{}, body: fmt.Sprintf("%+v", rep)}
	for _, f := range rep.Faults {
		field := map[string]string{"nom": "name", "naissance": "birth", "telephone": "phones", "commune": "place"}[f.Column]
		a.faults[field] = strings.TrimSpace(a.faults[field] + " " + f.Code)
	}
	return a
}

// csvOf writes a file with every cell in quotes.
func csvOf(rows ...[]string) []byte {
	var b bytes.Buffer
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// door is one way in for a person.
type door struct {
	name string
	send func(p person) answer
}

// doors are the ways in that take everything a person gives; case C001 fails when there is a channel that no case is sent through.
func (h *house) doors() []door {
	return []door{{"form", h.web}, {"api", h.api}, {"sheet", h.csv}}
}

// mustTake registers over the API somebody whom nothing is wrong with.
func (h *house) mustTake(p person) answer {
	h.t.Helper()
	got := h.api(p)
	if !got.taken {
		h.t.Fatalf("register: got %s %s, want taken", got, got.body)
	}
	return got
}

// people gives everybody who is in, once everything that waits is opened.
func (h *house) people() []roll.Person {
	h.t.Helper()
	check(h.t, h.Registry.Drain(context.Background()))
	var out []roll.Person
	h.Roll.Each(h.drive, func(p *roll.Person) bool {
		out = append(out, *p)
		return true
	})
	return out
}

// named gives the one person of a name, as it reads back.
func (h *house) named(name string) roll.Person {
	h.t.Helper()
	var found []roll.Person
	for _, p := range h.people() {
		if p.Facts.Name.Reveal() == name {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		h.t.Fatalf("got %d people named %q, want 1", len(found), name)
	}
	return found[0]
}

// counted gives those who are in totals: not the held ones.
func (h *house) counted() []roll.Person {
	h.t.Helper()
	return slices.DeleteFunc(h.people(), func(p roll.Person) bool { return !p.Volunteer.State.Counted() })
}

func names(list []roll.Person) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.Facts.Name.Reveal()
	}
	slices.Sort(out)
	return out
}

func phonesOf(p roll.Person) []string {
	var out []string
	for _, n := range p.Facts.Phones {
		out = append(out, n.E164.Reveal())
	}
	return out
}

// french is the voice in which files and pages of these tests speak.
func (h *house) french() lang.Voice { return h.Texts.Voice("fr") }

// adult is a person of 40 whom nothing is wrong with.
func adult(name string) person {
	return person{name: name, birth: "1986-05-17", functions: []string{"other"}}
}
