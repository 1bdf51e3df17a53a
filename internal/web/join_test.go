package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"muster/internal/reserve"
	"muster/internal/store"
)

// firstTrip is what a server may send before it waits for the phone: ten segments of TCP (RFC 6928), less the headers.
const firstTrip = 14 << 10

func (s *site) path(page string) string { return "/" + s.drive.Code + page }

// amina is a form that is right.
func (s *site) amina(b *browser) url.Values {
	p := b.get(s.path("/join?lang=en"))
	p.want(s.t, http.StatusOK)
	return url.Values{
		"ref": {refOf(s.t, p)}, "name": {"Amina Oumarou"}, "birth_year": {"1998"}, "birth_month": {"4"}, "birth_day": {"12"}, "phone": {"90 12 34 56"},
		"phone_owner": {"self"}, "place": {"Gaya"}, "language": {"ha"}, "functions": {"medical"}, "qualifications": {"nurse"},
		"availability": {"any"}, "wording": {"1"}, "consents": {"civil-protection/call-up"}, "site": {"niamey"},
	}
}

var refField = regexp.MustCompile(`name="ref" value="([^"]+)"`)

func refOf(t *testing.T, p page) string {
	t.Helper()
	m := refField.FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("%s: no reference in\n%s", p.path, p.excerpt())
	}
	return m[1]
}

func (s *site) registrations() (list []store.Registration) {
	s.t.Helper()
	check(s.t, s.store.View(context.Background(), func(r *store.Read) (err error) {
		list, err = r.Unopened("", 100)
		return err
	}))
	return list
}

// TestTheFormFitsTheFirstRoundTrip measures the whole page as it goes over the air, in every language, empty and with
// every field wrong.
func TestTheFormFitsTheFirstRoundTrip(t *testing.T) {
	s := newSite(t)
	for _, code := range s.drive.Languages {
		for name, send := range map[string]func() *http.Request{
			"empty": func() *http.Request { return httptest.NewRequest(http.MethodGet, s.path("/join?lang="+code), nil) },
			"wrong": func() *http.Request {
				r := httptest.NewRequest(http.MethodPost, s.path("/join?lang="+code), strings.NewReader("name=&phone=123&place=Tibiri&age=x"))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				return r
			},
		} {
			r := send()
			r.Header.Set("Accept-Encoding", "gzip")
			rec := httptest.NewRecorder()
			s.mux.ServeHTTP(rec, r)
			if got := rec.Header().Get("Content-Encoding"); got != "gzip" {
				t.Errorf("%s, %s: got encoding %q, want gzip", code, name, got)
			}
			if got := rec.Body.Len(); got > firstTrip || got < 1000 {
				t.Errorf("%s, %s: got %d bytes, want at most %d", code, name, got, firstTrip)
			}
		}
	}
}

func TestTheFormReadsInEveryLanguage(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	for code, dir := range map[string]string{"fr": "ltr", "ha": "ltr", "dje": "ltr", "ar": "rtl", "en": "ltr"} {
		p := b.get(s.path("/join?lang=" + code))
		p.want(t, http.StatusOK, fmt.Sprintf(`<html lang="%s" dir="%s">`, code, dir))
		p.lacks(t, "<script")
	}
	rec := httptest.NewRecorder()
	s.mux.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, s.path("/join?lang=xx"), nil))
	if !strings.Contains(rec.Body.String(), `<html lang="fr"`) {
		t.Error("a language nobody speaks: the page is not in the drive's first language")
	}
	b.get("/").want(t, http.StatusOK, `href="/test-drive/join?lang=`)
	b.get(s.path("?lang=en")).want(t, http.StatusOK, `href="/test-drive/join?lang=en"`)
}

func TestAFormIsTakenOnceHoweverOftenItIsSent(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	form := s.amina(b)
	first := b.post(s.path("/join?lang=en"), form).to(t)
	if !strings.HasPrefix(first, "/me/") {
		t.Errorf("got a redirect to %q, want the person's own page", first)
	}
	if again := b.post(s.path("/join?lang=fr"), form).to(t); again != first {
		t.Errorf("the second time: got %q, want the same page", again)
	}
	if got := len(s.registrations()); got != 1 {
		t.Errorf("got %d registrations, want 1", got)
	}
	form.Set("name", "Mariama Oumarou")
	p := b.post(s.path("/join?lang=en"), form)
	p.want(t, http.StatusConflict, `value="Mariama Oumarou"`)
	if refOf(t, p) == form.Get("ref") {
		t.Error("after a conflict the page keeps the reference, so nobody could go on")
	}
}

func TestAllFaultsAreToldAtOnceAndWhatWasTypedStays(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	p := b.post(s.path("/join?lang=en"), url.Values{
		"ref": {strings.Repeat("r", 20)}, "name": {`<b>"Ali" & co</b>`}, "known_as": {"12"}, "birth_year": {"98"}, "age": {"young"}, "phone": {"12"},
		"place": {"Atlantis"}, "note": {"keep me"}, "sex": {"f"}, "qualifications": {"nurse"}, "consents": {"red-cross/training"}, "wording": {"7"},
	})
	p.want(t, http.StatusUnprocessableEntity, "&lt;b&gt;&#34;Ali&#34; &amp; co&lt;/b&gt;", `value="keep me"`, `<option value="f" selected>`,
		`value="nurse" checked`, `value="98"`, `value="young"`)
	p.lacks(t, "<b>")
	p.want(t, http.StatusUnprocessableEntity, `<a href="#f-phone">Phone number: `, `<a href="#functions">What can you do?: `)
	for _, field := range []string{"known_as", "birth", "age", "phones", "place", "functions", "consents"} {
		p.want(t, http.StatusUnprocessableEntity, `id="fault-`+field+`"`)
		if !regexp.MustCompile(`aria-describedby="[^"]*fault-` + field + `[" ]`).MatchString(p.body) {
			t.Errorf("%s: no field is described by its fault", field)
		}
	}
	if refOf(t, p) != strings.Repeat("r", 20) {
		t.Error("the reference was not kept, so a double submit would count twice")
	}
	if got := len(s.registrations()); got != 0 {
		t.Errorf("got %d registrations, want none", got)
	}
}

func TestAnAmbiguousPlaceIsAskedForAndTheChoiceStays(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	form := s.amina(b)
	form.Set("place", "Tibiri")
	p := b.post(s.path("/join?lang=en"), form)
	p.want(t, http.StatusUnprocessableEntity, `name="place_choice"`, "Tibiri Doutchi (Tibiri)", "Tibiri Maradi (Guidan Roumdji)")
	code := regexp.MustCompile(`value="(NE\d+)"> <span>Tibiri Maradi`).FindStringSubmatch(p.body)
	if code == nil {
		t.Fatalf("no code in %s", p.excerpt())
	}
	form.Set("place_choice", code[1])
	form.Set("phone", "1")
	p = b.post(s.path("/join?lang=en"), form)
	p.want(t, http.StatusUnprocessableEntity, `value="Tibiri Maradi (Guidan Roumdji)"`)
	form.Del("place_choice")
	form.Set("place", "Tibiri Maradi (Guidan Roumdji)")
	form.Set("phone", "90123456")
	b.post(s.path("/join?lang=en"), form).to(t)
}

func TestWhoIsUnderAgeLeavesNothing(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	form := s.amina(b)
	form.Set("birth_year", "2010")
	b.post(s.path("/join?lang=en"), form).want(t, http.StatusUnprocessableEntity, "Nothing you wrote has been kept")
	if got := len(s.registrations()); got != 0 {
		t.Errorf("got %d registrations, want none", got)
	}
}

func TestAClosedDriveSaysSo(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	form := s.amina(b)
	s.putDrive(store.DriveClosed)
	b.get(s.path("/join?lang=en")).want(t, http.StatusForbidden, "Registration is closed")
	b.post(s.path("/join?lang=en"), form).want(t, http.StatusForbidden, "Registration is closed")
	b.get(s.path("?lang=en")).want(t, http.StatusOK, "your entry stands")
}

func TestEveryKindOfErrorHasItsStatusAndNoSecret(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.get("/no-such-drive").want(t, http.StatusNotFound)
	b.get("/no-such-drive/join").want(t, http.StatusNotFound)
	b.get(s.path("/other")).want(t, http.StatusNotFound)
	b.get("/a/b/c").want(t, http.StatusNotFound, `<main id="main">`)
	b.post(s.path("/join"), url.Values{"note": {strings.Repeat("x", 20<<10)}}).want(t, http.StatusRequestEntityTooLarge)

	r, err := http.NewRequest(http.MethodPost, s.url+s.path("/join"), strings.NewReader("name=%zz"))
	check(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	b.do(r).want(t, http.StatusUnprocessableEntity)
	r, err = http.NewRequest(http.MethodPost, s.url+s.path("/join"), strings.NewReader(""))
	check(t, err)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.do(r).want(t, http.StatusForbidden)

	for kind, want := range map[reserve.Kind]int{
		reserve.Invalid: 422, reserve.NotFound: 404, reserve.Conflict: 409, reserve.Forbidden: 403, reserve.SignedOut: 401, reserve.TooMany: 429,
		reserve.Locked: 503, reserve.Closed: 403, reserve.Busy: 503,
	} {
		rec := httptest.NewRecorder()
		s.web.page(func(http.ResponseWriter, *http.Request) error { return &reserve.Error{Kind: kind, Code: "busy"} })(rec, httptest.NewRequest(http.MethodGet, "/", nil))
		if rec.Code != want {
			t.Errorf("%s: got %d, want %d", kind, rec.Code, want)
		}
		if wait := rec.Header().Get("Retry-After") != ""; wait != (want == 503 || want == 429) {
			t.Errorf("%s: Retry-After is there: %v", kind, wait)
		}
	}
}

func TestARushIsToldInEveryLanguage(t *testing.T) {
	s := newSite(t)
	rec := httptest.NewRecorder()
	s.web.Busy(rec, httptest.NewRequest(http.MethodPost, "/test-drive/join", nil))
	p := page{rec.Code, rec.Header(), rec.Body.String(), "busy"}
	p.wellFormed(t)
	p.want(t, http.StatusServiceUnavailable)
	for _, code := range s.drive.Languages {
		p.want(t, http.StatusServiceUnavailable, `<section lang="`+code+`"`)
	}
}

// TestABrokenDiskShowsAReferenceAndNothingElse closes the store behind the pages.
func TestABrokenDiskShowsAReferenceAndNothingElse(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	form := s.amina(b)
	s.closeStore()
	s.clock.Add(2e9)
	for name, p := range map[string]page{
		"start": b.get("/?lang=en"), "drive": b.get(s.path("?lang=en")), "form": b.get(s.path("/join?lang=en")), "sent": b.post(s.path("/join?lang=en"), form),
	} {
		m := regexp.MustCompile(`this reference: (\w+)`).FindStringSubmatch(p.body)
		if p.status != http.StatusInternalServerError || m == nil {
			t.Errorf("%s: got %d\n%s", name, p.status, p.excerpt())
			continue
		}
		p.lacks(t, "sql", "database", "closed")
		if !strings.Contains(s.log.String(), m[1]) {
			t.Errorf("%s: the reference is not in the log", name)
		}
	}
	for _, secret := range []string{"Amina", "Oumarou", "90123456", "90 12"} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log shows %q", secret)
		}
	}
}

func TestWhatOthersWroteIsUnchanged(t *testing.T) {
	readme, err := os.ReadFile("third_party/README.md")
	check(t, err)
	for _, name := range []string{"htmx/htmx.min.js", "htmx-ext-sse/sse.min.js"} {
		script, err := os.ReadFile("third_party/" + name)
		check(t, err)
		if !slices.ContainsFunc(strings.Split(string(readme), "\n"), func(line string) bool {
			return strings.Contains(line, name) && strings.Contains(line, digest(script))
		}) {
			t.Errorf("%s: not the file that the table names", name)
		}
	}
}
