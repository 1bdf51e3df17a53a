package cases

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
)

// zones are where the process may run in C002, with what the clock of that place is ahead of UTC on the days of the case.
var zones = map[string]string{"UTC": "+0000", "Africa/Niamey": "+0100", "America/New_York": "-0500", "Pacific/Auckland": "+1300"}

func caseC002(t *testing.T, c *Case) {
	type record struct {
		Now    time.Time `json:"now_utc"`
		Birth  string    `json:"birth_date"`
		Local  string    `json:"local_date"`
		Age    int       `json:"age"`
		Accept bool      `json:"accept"`
		Reason string    `json:"reason"`
	}
	records := decode[[]record](t, c, 0)
	c.line(t, 1, func(t *testing.T) {
		h := newHouse(t, records[0].Now.Add(-time.Hour))
		slices.SortStableFunc(records, func(a, b record) int { return a.Now.Compare(b.Now) })
		for i, r := range records {
			h.clock.Set(r.Now)
			reason := map[string]string{"birth date in the future": "birth-future", "older than the highest accepted age": "birth-too-old", "": "under-age"}[r.Reason]
			for _, d := range h.allDoors() {
				h.clock.Set(r.Now)
				if d.name == "sms" {
					h.clock.Set(r.Now.Add(-dialogueTexts * time.Second)) // the last text comes at the instant of the case
				}
				p := person{name: "Hadiza " + string(rune('A'+i)) + " " + d.name, birth: r.Birth}
				got := d.send(p)
				told := got.has("birth", reason) || d.name == "sms" && got.has("birth", "asked-again") && reason != "under-age"
				if got.taken != r.Accept || got.pending || !r.Accept && !told {
					t.Errorf("%s, born %s, at %s: got %s, want accepted %v (%s)", d.name, r.Birth, r.Now, got, r.Accept, reason)
				}
				if got.taken {
					h.keepsDate(p, got, r.Birth)
				}
			}
		}
	})
	c.line(t, 2, func(t *testing.T) { inZones(t, "^TestCases$/^C002/^1_") })
}

// inZones runs a subtest again in processes whose own zone is another.
func inZones(t *testing.T, run string) {
	t.Helper()
	self, err := os.Executable()
	check(t, err)
	for zone, offset := range zones {
		child := exec.Command(self, "-test.run="+run, "-test.v")
		child.Env = append(os.Environ(), "TZ="+zone, oneLine+"=yes")
		out, err := child.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("the process runs at "+offset)) || bytes.Count(out, []byte("--- PASS: TestCases/")) != 2 {
			t.Errorf("TZ=%s: %v\n%s", zone, err, out)
		}
	}
}

// oneLine says that this process was started to run one line of a case, so that the others are not missing.
const oneLine = "MUSTER_CASES_ONE_LINE"

// keepsDate reads a birth date back everywhere it is shown: the record, the own page and the list as a file.
func (h *house) keepsDate(p person, a answer, birth string) {
	h.t.Helper()
	kept := h.named(p.name)
	if got := kept.Facts.Birth.String(); got != birth {
		h.t.Errorf("%s: got birth %q in the record, want %q", p.name, got, birth)
	}
	if a.token != "" {
		if page := h.page("/me/" + a.token); !strings.Contains(page, birth) {
			h.t.Errorf("%s: the own page does not show %s", p.name, birth)
		}
	}
	if row := h.exported(p.name); row["birth"] != birth {
		h.t.Errorf("%s: got birth %q in the file, want %q", p.name, row["birth"], birth)
	}
}

func caseC001(t *testing.T, c *Case) {
	rows := c.rows(t, 0)
	slices.SortStableFunc(rows, func(a, b map[string]string) int { return strings.Compare(a["on_date"], b["on_date"]) })
	c.line(t, 1, func(t *testing.T) {
		h := newHouse(t, niamey(t, "2024-01-01"))
		for _, row := range rows {
			birth, ok := reserve.ParseDate(row["birth_date"])
			on, ok2 := reserve.ParseDate(row["on_date"])
			if age := strconv.Itoa(reserve.AgeOn(birth, on)); !ok || !ok2 || age != row["age"] {
				t.Errorf("born %s, on %s: got age %s, want %s", row["birth_date"], row["on_date"], age, row["age"])
			}
			h.clock.Set(niamey(t, row["on_date"]+" 12:00"))
			for _, d := range h.doors() {
				got := d.send(person{name: "Née " + row["birth_date"] + " vue le " + row["on_date"] + " " + d.name, birth: row["birth_date"]})
				if got.taken != (row["adult"] == "yes") || got.pending {
					t.Errorf("%s, born %s, on %s: got %s, want adult=%s", d.name, row["birth_date"], row["on_date"], got, row["adult"])
				}
			}
		}
		callable(t, rows)
	})
	c.line(t, 2, func(t *testing.T) {
		h := newHouse(t, niamey(t, "2026-02-28 23:00:00"))
		for _, d := range h.allDoors() {
			h.clock.Set(niamey(t, "2026-02-28 23:59:00"))
			if got := d.send(person{name: "Née un 29 " + d.name, birth: "2008-02-29"}); !got.has("birth", "under-age") {
				t.Errorf("%s on 28 February: got %s, want under-age", d.name, got)
			}
		}
		h.clock.Set(niamey(t, "2026-03-01 00:00:00"))
		for _, d := range h.allDoors() {
			if got := d.send(person{name: "Née un 29 " + d.name, birth: "2008-02-29"}); !got.taken || got.pending {
				t.Errorf("%s on 1 March: got %s, want taken", d.name, got)
			}
		}
		oneRuleOfAge(t)
	})
	c.line(t, 3, func(t *testing.T) {
		h := newHouse(t)
		for _, d := range h.allDoors() {
			got := d.send(person{name: "Pas de jour " + d.name, birth: "2007-02-29"})
			if got.taken || !got.has("birth", "no-such-day") && d.name != "sms" || got.faults["birth"] == "" {
				t.Errorf("%s: got %s, want no-such-day", d.name, got)
			}
		}
		if got := h.people(); len(got) != 0 {
			t.Errorf("got %v in the registry, want nobody", names(got))
		}
	})
}

// oneRuleOfAge reads the source: the day on which somebody turns 18 is worked out in one place, and every door that there is was asked.
func oneRuleOfAge(t *testing.T) {
	rule := regexp.MustCompile(`\bAddDate\(-|365\.2|\.(Latest|Earliest)\(\)\.(Year|Month|Day|AddDays|Before)|func AgeOn\(`)
	var found []string
	check(t, filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/people/") || strings.Contains(path, "reserve/birth.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for n, line := range strings.Split(string(text), "\n") {
			if rule.MatchString(line) {
				found = append(found, fmt.Sprintf("%s:%d: %s", path, n+1, strings.TrimSpace(line)))
			}
		}
		return err
	}))
	var elsewhere []string
	for _, f := range found {
		if !strings.Contains(f, "/reserve/age.go:") {
			elsewhere = append(elsewhere, f)
		}
	}
	if len(elsewhere) > 0 || len(found) == 0 {
		t.Errorf("ages are worked out here:\n%s\nwant reserve/age.go alone", strings.Join(found, "\n"))
	}
	channels, err := os.ReadDir("../channel")
	check(t, err)
	// A drive file, a bundle of registrations already judged, a list and texts; a new way in must be added to doors.
	known := []string{"bundle", "drive", "sheet", "sms"}
	for _, c := range channels {
		if !slices.Contains(known, c.Name()) {
			t.Errorf("channel/%s is a door that no case is sent through: add it to doors", c.Name())
		}
	}
}

// callable registers everybody on a day when all are of age, and then opens a call-up on each day of the file, as after a
// clock that ran ahead: only those may be asked who are of age on that day.
func callable(t *testing.T, rows []map[string]string) {
	h := newHouse(t, niamey(t, "2031-01-01"))
	who := map[string]string{} // by birth date: unlike names, so that nobody is held as somebody else
	for _, row := range rows {
		if birth := row["birth_date"]; who[birth] == "" {
			who[birth] = []string{"Hadiza Noma", "Issoufou Gani", "Fadima Bello", "Oumarou Sindi", "Rakia Labo", "Zeina Gora"}[len(who)]
			h.mustTake(person{name: who[birth], birth: birth, phone: fmt.Sprintf("+22793%d23456", len(who)), functions: []string{"medical"}})
		}
	}
	h.people() // opened while all are of age
	days := map[string]map[string]string{}
	for _, row := range rows {
		if days[row["on_date"]] == nil {
			days[row["on_date"]] = map[string]string{}
		}
		days[row["on_date"]][who[row["birth_date"]]] = row["adult"]
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		h.clock.Set(niamey(t, day+" 12:00"))
		asked := names(h.invited(h.callUp(request{wanted: 50, urgent: true})))
		for name, adult := range days[day] {
			if got := slices.Contains(asked, name); got != (adult == "yes") {
				t.Errorf("%s, called up on %s: asked %v, want adult=%s", name, day, got, adult)
			}
		}
	}
}

// partial is a row of C004.
type partial struct{ given, as, kept, earliest, latest, state string }

func caseC004(t *testing.T, c *Case) {
	var rows []partial
	for _, r := range c.rows(t, 0) {
		rows = append(rows, partial{r["given"], r["given_as"], r["precision_kept"], r["earliest_birth"], r["latest_birth"], r["state"]})
	}
	h := newHouse(t)
	taken := map[string]partial{} // by name
	tokens := map[string]string{}
	c.line(t, 1, func(t *testing.T) {
		for i, row := range rows {
			for name, send := range row.doors(h.in(t)) {
				who := fmt.Sprintf("Ramatou %s %s", string(rune('A'+i)), name)
				got := send(who)
				if want := row.state != "minor"; got.taken != want || got.pending != (row.state == "to_verify") || !want && !got.has("birth", "under-age") {
					t.Errorf("%s, %q as %s: got %s %s, want %s", name, row.given, row.as, got, got.body, row.state)
				}
				if got.taken {
					taken[who], tokens[who] = row, got.token
				}
			}
		}
		h.judged(taken)
		asked := names(h.invited(h.callUp(request{wanted: 50, function: "other", urgent: true})))
		for name, row := range taken {
			if got := slices.Contains(asked, name); got != (row.state == "adult") {
				t.Errorf("%s (%s): asked %v, want only adults", name, row.given, got)
			}
		}
	})
	c.line(t, 2, func(t *testing.T) {
		s := h.in(t).signIn()
		for _, p := range h.people() {
			name := p.Facts.Name.Reveal()
			row, seen := taken[name], h.exported(name)["birth"]
			if full.MatchString(seen) {
				t.Errorf("%s: the file shows %q of %q", name, seen, row.given)
			}
			pages := map[string]string{"console": s.page("/console/people/" + p.Volunteer.ID)}
			if tokens[name] != "" {
				pages["own page"] = h.page("/me/" + tokens[name])
			}
			for where, page := range pages {
				for _, day := range []string{row.earliest, row.latest, row.given + "-01-01"} {
					if day != "" && strings.Contains(page, day) {
						t.Errorf("%s: the %s shows %s of %q", name, where, day, row.given)
					}
				}
				if shown := row.shown(p.Facts.Birth); shown != "" && !strings.Contains(page, shown) {
					t.Errorf("%s: the %s does not show %q", name, where, shown)
				}
			}
		}
	})
	c.line(t, 3, func(t *testing.T) {
		h.in(t)
		for name, row := range taken {
			if row.given != "18 ans" {
				continue
			}
			b := h.named(name).Facts.Birth
			if got := reserve.AgeOn(b.Latest(), reserve.DateOf(h.Now(), time.FixedZone("", 3600))); got != 18 || b.Age != 18 {
				t.Errorf("%s: got age %d, stated %d, want 18", name, got, b.Age)
			}
			if page := h.signIn().page("/console/people/" + h.named(name).Volunteer.ID); !strings.Contains(page, h.french().Text("join.age-on", "age", int64(18), "when", "2026-11-24")) {
				t.Errorf("%s: the page does not say 18", name)
			}
		}
	})
}

var full = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// shown is what a page must say of what is known.
func (r partial) shown(b reserve.Birth) string {
	switch b.Precision {
	case reserve.PrecisionYear, reserve.PrecisionCirca:
		return strconv.Itoa(b.Year)
	case reserve.PrecisionMonth:
		return fmt.Sprintf("%04d-%02d", b.Year, b.Month)
	case reserve.PrecisionAge:
		return strconv.Itoa(b.Age)
	}
	return ""
}

// doors are those that take what a row gives, in the form it has there.
func (r partial) doors(h *house) map[string]func(name string) answer {
	p, cell := person{}, person{}
	switch r.as {
	case "year":
		p.birth, cell.birth = r.given, r.given
	case "month":
		month, year, _ := strings.Cut(r.given, "/")
		p.birth, cell.birth = year+"-"+month, r.given
	case "age":
		p.age, _, _ = strings.Cut(r.given, " ")
		cell.age = r.given
	case "text":
		cell.birth = r.given
	}
	doors := map[string]func(name string) answer{"sheet": func(name string) answer {
		q := cell
		q.name, q.phone = name, h.number()
		return h.csv(q)
	}}
	if r.as == "text" && r.given != "vers 1990" {
		return doors // the form and the API have no field for such a word
	}
	if r.given == "vers 1990" {
		p.birth = "1990~"
	}
	for _, d := range []door{{"form", h.web}, {"api", h.api}} {
		doors[d.name] = func(name string) answer {
			q := p
			q.name, q.phone = name, h.number()
			return d.send(q)
		}
	}
	return doors
}

// judged compares what was kept with the file, and looks for those whose age is open on the list of the desk.
func (h *house) judged(taken map[string]partial) {
	h.t.Helper()
	kinds := map[reserve.Precision]string{reserve.PrecisionYear: "year", reserve.PrecisionMonth: "month", reserve.PrecisionAge: "age", reserve.PrecisionCirca: "about", reserve.PrecisionNone: "none"}
	pending := map[string]bool{}
	check(h.t, h.Registry.Drain(context.Background()))
	check(h.t, h.Store.View(context.Background(), func(r *store.Read) error {
		list, err := r.Volunteers(store.VolunteerFilter{Drive: h.drive, State: reserve.PendingAge, Limit: 100, Actor: h.Operator()})
		for _, v := range list {
			pending[v.ID] = true
		}
		return err
	}))
	for _, p := range h.people() {
		row, b := taken[p.Facts.Name.Reveal()], p.Facts.Birth
		got := partial{row.given, row.as, kinds[b.Precision], b.Earliest().String(), b.Latest().String(), "adult"}
		if pending[p.Volunteer.ID] {
			got.state = "to_verify"
		}
		if got != row {
			h.t.Errorf("%s: got %+v, want %+v", p.Facts.Name.Reveal(), got, row)
		}
	}
	if got := len(h.people()); got != len(taken) {
		h.t.Errorf("got %d people, want %d", got, len(taken))
	}
}
