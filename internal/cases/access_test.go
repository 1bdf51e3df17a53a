package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/internal/reserve"
	"muster/internal/staff"
)

// asker is one of the actors of C051: by program, and in a browser.
type asker struct {
	name    string
	token   string
	browser *http.Cookie
	sees    bool // V2 lies within what they may see
	staff   bool
}

// ask sends a request as a program or in a browser, as the path wants.
func (h *house) ask(a asker, method, path, body string) *httptest.ResponseRecorder {
	h.t.Helper()
	if !strings.HasPrefix(path, "/console") {
		return h.sendAs(a.token, method, path, "application/json", body)
	}
	form := url.Values{}
	if body != "" {
		form.Set("q", knownNumber)
	}
	if a.browser == nil {
		return h.send(method, path, "application/x-www-form-urlencoded", form.Encode())
	}
	return session{h, a.browser}.ask(method, path, form)
}

const (
	knownNumber   = "+22790000092"
	unknownNumber = "+22790000099"
	secretName    = "Moussa Maïga"
	lookFor       = `{"q":"` + knownNumber + `"}`
)

// shows reports whether an answer holds V2's name, or enough of the number to find it.
func shows(rec *httptest.ResponseRecorder) bool {
	body := unescape(rec.Body.String())
	return strings.Contains(body, secretName) || strings.Contains(body, "Maiga") || strings.Contains(strings.ReplaceAll(body, " ", ""), "90000092")
}

// open is a page or route of C051: what it is of, and how it is asked for.
type open struct{ resource, method, path, body string }

func (h *house) access(v2 string, k reserve.CallUp) []open {
	api, desk := "/api/v1/drives/"+h.drive, "/console/d/"+h.drive
	return []open{
		{"person V2 (region NE003)", "GET", "/api/v1/volunteers/" + v2, ""}, {"person V2 (region NE003)", "GET", "/console/people/" + v2, ""},
		{"person V2 (region NE003)", "GET", "/console/people/" + v2 + "/history", ""},
		{"list of people", "GET", api + "/volunteers", ""}, {"list of people", "GET", desk + "/people", ""},
		{"search by phone +22790000092", "POST", api + "/volunteers/search", lookFor}, {"search by phone +22790000092", "POST", desk + "/people/search", lookFor},
		{"duplicates list", "GET", api + "/duplicates", ""}, {"duplicates list", "GET", desk + "/duplicates", ""},
		{"call-up replies", "GET", "/api/v1/callups/" + k.ID, ""}, {"call-up replies", "GET", desk + "/unclear", ""}, {"call-up replies", "GET", "/console/callups/" + k.ID + "/calls", ""},
		{"attachment carte_id.jpg of V2", "GET", "/api/v1/volunteers/" + v2 + "/attachments/carte_id.jpg", ""}, {"attachment carte_id.jpg of V2", "GET", "/attachments/carte_id.jpg", ""},
		{"ODK submission list", "GET", "/k/" + v2 + "/formList", ""}, {"ODK submission list", "GET", "/k/" + v2 + "/submission", ""},
		{"export file link", "GET", "/api/v1/handovers/" + v2 + "/file", ""}, {"export file link", "GET", "/console/handovers/" + v2 + "/file", ""},
		{"audit log", "GET", "/api/v1/audit/entries", ""}, {"audit log", "GET", "/console/audit", ""},
		{"statistics per region", "GET", desk, ""}, {"statistics per region", "GET", desk + "/map", ""},
	}
}

// askers makes the actors of the file. A region is the sites that lie in it.
func (h *house) askers(v1 answer) []asker {
	account := func(name, handle string, role reserve.Role, sees bool, sites ...string) asker {
		token, id := h.token(handle, role, sites...)
		return asker{name, token, h.signInAs(id).cookie, sees, true}
	}
	owner, err := h.Staff.Find(context.Background(), staff.System(h.Folder.Node.ID), "owner")
	check(h.t, err)
	admin := account("administrator", "admin", reserve.RoleOwner, true)
	admin.browser = h.signInAs(owner).cookie
	return []asker{
		{name: "anonymous"}, {name: "registered volunteer V1", token: v1.token},
		account("coordinator of region NE006", "ne006", reserve.RoleCoordinator, false, "tillaberi"),
		account("coordinator of region NE003", "ne003", reserve.RoleCoordinator, true, "dosso", "gaya"),
		admin, account("auditor (read only, no phones)", "auditor", reserve.RoleAuditor, false),
	}
}

func caseC051(t *testing.T, c *Case) {
	f := decode[struct {
		Actors, Resources []string
		Probe             struct {
			Known   string `json:"phone_known"`
			Unknown string `json:"phone_unknown"`
		} `json:"registration_probe"`
	}](t, c, 0)
	h := newHouse(t)
	v1 := h.mustTake(person{name: "Rakia Labo", birth: "1999-10-10", phone: "+22790000093", site: "tillaberi", functions: []string{"medical"}})
	h.mustTake(person{name: secretName, birth: "1988-02-11", phone: knownNumber, site: "gaya", functions: []string{"medical"}})
	h.mustTake(person{name: "Maiga Moussa", birth: "1988-02-11", phone: knownNumber, site: "gaya", functions: []string{"medical"}})
	v2 := h.named(secretName).Volunteer.ID
	k := h.callUp(request{wanted: 5, urgent: true})
	h.text(knownNumber, "je suis Moussa Maïga et je rappelle")
	actors := h.askers(v1)
	c.line(t, 1, func(t *testing.T) {
		h.in(t)
		resources := h.access(v2, k)
		for _, name := range f.Resources {
			if !slices.ContainsFunc(resources, func(o open) bool { return o.resource == name }) {
				t.Errorf("nobody asks for %q", name)
			}
		}
		for i, a := range actors {
			if a.name != f.Actors[i] {
				t.Fatalf("got actor %q, want %q", a.name, f.Actors[i])
			}
			for _, o := range resources {
				h.judgeAccess(a, o)
			}
		}
		if page := h.page("/me/" + v1.token); !strings.Contains(page, "Rakia Labo") || strings.Contains(page, secretName) {
			t.Error("V1 does not see their own record alone")
		}
	})
	c.line(t, 2, func(t *testing.T) {
		h.in(t)
		h.sameForAll(actors[2], v2)
	})
	t.Run("the page and the texts of a registration do not tell whether a number is known", func(t *testing.T) {
		if f.Probe.Known != knownNumber || f.Probe.Unknown != unknownNumber {
			t.Fatalf("the file asks about %+v", f.Probe)
		}
		h.in(t).sameForm(f.Probe.Known, f.Probe.Unknown)
	})
	c.line(t, 4, func(t *testing.T) {
		h.in(t)
		for _, path := range h.everyPath(v2, k, actors[4]) {
			for _, a := range actors {
				if rec := h.ask(a, http.MethodGet, path, ""); !a.sees && shows(rec) {
					t.Errorf("%s: %s is shown V2, with %d", path, a.name, rec.Code)
				}
			}
		}
	})
}

// judgeAccess asks for one thing as one actor.
func (h *house) judgeAccess(a asker, o open) {
	h.t.Helper()
	rec := h.ask(a, o.method, o.path, o.body)
	if o.method == http.MethodPost { // a page says again what was searched for: that tells nothing
		said := strings.ReplaceAll(rec.Body.String(), `value="`+knownNumber+`"`, "")
		rec.Body.Reset()
		rec.Body.WriteString(said)
	}
	signIn := rec.Code == http.StatusSeeOther && strings.HasPrefix(rec.Header().Get("Location"), "/console/sign-in") // a page of the console leads to its door
	if !a.staff && rec.Code != http.StatusUnauthorized && rec.Code != http.StatusNotFound && !signIn {
		h.t.Errorf("%s, %s %s: got %d, want 401 or 404", a.name, o.method, o.path, rec.Code)
	}
	if shows(rec) && !a.sees {
		h.t.Errorf("%s, %s %s: shows V2", a.name, o.method, o.path)
	}
	personal := map[string]bool{"person V2 (region NE003)": true, "list of people": true, "search by phone +22790000092": true}[o.resource]
	if a.sees && personal && !shows(rec) && !strings.HasSuffix(o.path, "/history") {
		h.t.Errorf("%s, %s %s: got %d and no V2, want to see V2", a.name, o.method, o.path, rec.Code)
	}
}

// sameForAll walks through ids and searches as somebody who may not see V2: who is there and who is not look the same.
func (h *house) sameForAll(a asker, hidden string) {
	h.t.Helper()
	type took struct{ hidden, missing []time.Duration }
	times := took{}
	one := func(id string) (string, time.Duration) {
		start := time.Now()
		rec := h.ask(a, http.MethodGet, "/api/v1/volunteers/"+id, "")
		return fmt.Sprint(rec.Code, rec.Body.String()), time.Since(start)
	}
	first, _ := one("1")
	for id := range 1000 {
		got, missing := one(fmt.Sprint(id + 1))
		there, hiding := one(hidden)
		if got != first || there != first || !strings.HasPrefix(got, "404") {
			h.t.Fatalf("id %d answers %s, V2 %s, want %s", id+1, got, there, first)
		}
		times.missing, times.hidden = append(times.missing, missing), append(times.hidden, hiding)
	}
	slices.Sort(times.hidden)
	slices.Sort(times.missing)
	if a, b := times.hidden[500], times.missing[500]; a > 2*b+300*time.Microsecond || b > 2*a+300*time.Microsecond {
		h.t.Errorf("V2 takes %s and nobody %s in the middle, want no difference beyond noise", a, b)
	}
	search := func(q string) string {
		rec := h.sendAs(a.token, http.MethodPost, "/api/v1/drives/"+h.drive+"/volunteers/search", "application/json", `{"q":"`+q+`"}`)
		return fmt.Sprint(rec.Code, rec.Body.String())
	}
	if known, unknown := search(knownNumber), search(unknownNumber); known != unknown {
		h.t.Errorf("a hidden number answers %s, an unknown one %s", known, unknown)
	}
}

// sameForm registers with a known and an unknown number, by form and by text.
func (h *house) sameForm(known, unknown string) {
	h.t.Helper()
	secret := regexp.MustCompile(`[A-Z]{3}-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]|/me/[^"?< ]+|\d{2}:\d{2}|9000009[29]|90 00 00 9[29]`)
	page := func(number string) string {
		a := h.web(person{name: "Oumarou Sindi", birth: "1970-08-08", phone: number})
		if !a.taken {
			h.t.Fatalf("register with %s: %s", number, a)
		}
		return secret.ReplaceAllString(h.page("/me/"+a.token), "·")
	}
	if a, b := page(known), page(unknown); a != b {
		h.t.Errorf("the page of a known number differs from that of an unknown one:\n%s\n%s", a, b)
	}
	texts := func(from string) string {
		before := len(h.sent(from))
		for _, said := range []string{"INSCRIRE", "Zeina Gora", "1987", "Gaya", "5", "non", "non"} {
			h.text(from, said)
		}
		return secret.ReplaceAllString(strings.Join(bodies(h.sent(from))[before:], "\n"), "·")
	}
	if a, b := texts(known), texts(unknown); a != b || a == "" {
		h.t.Errorf("the texts to a known number differ from those to an unknown one:\n%s\n%s", a, b)
	}
}

var consoleRoute = regexp.MustCompile(`"GET (/console[^"]*)"`)

// everyPath gives every address of the console and the API that can be read, filled with what exists.
func (h *house) everyPath(v2 string, k reserve.CallUp, admin asker) []string {
	h.t.Helper()
	var patterns []string
	for _, file := range []string{"../web/routes.go", "../web/console.go"} {
		source, err := os.ReadFile(file)
		check(h.t, err)
		for _, m := range consoleRoute.FindAllStringSubmatch(string(source), -1) {
			patterns = append(patterns, m[1])
		}
	}
	var described struct{ Paths map[string]map[string]any }
	rec := h.sendAs(admin.token, http.MethodGet, "/api/v1/openapi.json", "", "")
	check(h.t, json.Unmarshal(rec.Body.Bytes(), &described))
	for path, methods := range described.Paths {
		if _, ok := methods["get"]; ok {
			patterns = append(patterns, path)
		}
	}
	if len(patterns) < 25 {
		h.t.Fatalf("got %d addresses, want all of them", len(patterns))
	}
	var out []string
	for _, p := range patterns {
		if strings.HasPrefix(p, "/console/events") {
			continue // a stream of counts, which ends when its reader goes
		}
		for _, id := range []string{v2, k.ID, "1"} {
			out = append(out, strings.NewReplacer("{drive}", h.drive, "{d}", h.drive, "{id}", id, "{token}", id, "{invitation}", id, "{inbox}", id, "{index}", "0").Replace(p))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
