package web

import (
	"bufio"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"muster/internal/reserve"
	"muster/internal/staff"
)

// filled puts something into every wildcard of a pattern. What it names need not be there: a right is asked for first.
func (s *site) filled(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	path = strings.ReplaceAll(path, "{drive}", s.drive.Code)
	return method, regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "none")
}

// TestEveryRouteAsksForItsRight walks every route of the console as every role and as nobody. Who lacks the right is
// refused before anything is looked up; who has it is not.
func TestEveryRouteAsksForItsRight(t *testing.T) {
	s := newOpenSite(t)
	browsers := map[reserve.Role]*browser{}
	for _, role := range reserve.Roles() {
		browsers[role] = s.as(role)
	}
	nobody := s.browser()
	for _, rt := range s.web.routes() {
		method, path := s.filled(rt.pattern)
		if strings.HasSuffix(path, "/events") {
			path += "?drive=none"
		}
		send := func(b *browser) page {
			if method == http.MethodGet {
				return b.get(path)
			}
			return b.post(path, url.Values{})
		}
		if got := send(nobody).status; got != http.StatusUnauthorized && got != http.StatusSeeOther {
			t.Errorf("%s as nobody: got %d, want the way to the sign-in", rt.pattern, got)
		}
		for role, b := range browsers {
			actor := reserve.Actor{Kind: reserve.ActorStaff, Role: role}
			if role == reserve.RoleDevice {
				actor.Kind = reserve.ActorDevice
			}
			want := rt.right == "" || reserve.May(actor, rt.right)
			got := send(b)
			if refused := got.status == http.StatusForbidden && strings.Contains(got.body, "You may not do this"); refused == want && rt.right != "" {
				t.Errorf("%s as %s: got %d, allowed should be %v", rt.pattern, role, got.status, want)
			}
			if got.status >= 500 && got.status != http.StatusServiceUnavailable {
				t.Errorf("%s as %s: got %d\n%s", rt.pattern, role, got.status, got.excerpt())
			}
		}
		if rt.right == reserve.MayUnlock && !s.Ready() {
			check(t, s.Unlock(t.Context(), passphrase))
		}
	}
}

func TestWhatIsNotInTheTableIsRefused(t *testing.T) {
	s := newSite(t)
	b := s.as(reserve.RoleOwner)
	for _, path := range []string{"/console/secrets", "/console/people", "/console/d/none", "/console/people/x/y", "/console/static/000000000000/console.css"} {
		b.get(path).want(t, http.StatusNotFound)
	}
}

func TestSignInAndOut(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	if got := b.get("/console").to(t); got != "/console/sign-in" {
		t.Errorf("signed out: got a redirect to %q", got)
	}
	b.post("/console/sign-in", url.Values{"handle": {"<b>amina"}, "password": {"wrong wrong wrong"}}).
		want(t, http.StatusUnauthorized, `value="&lt;b&gt;amina"`, "Sign")
	owner := s.asOf(staff.Account{Handle: "amina", Role: reserve.RoleOwner})
	jar := owner.client.Jar.Cookies(mustURL(t, s.url+"/console"))
	if len(jar) != 1 || jar[0].Name != cookieName {
		t.Fatalf("got cookies %v", jar)
	}
	owner.get("/console").to(t)
	owner.post("/console/sign-out", nil).to(t)
	owner.client.Jar.SetCookies(mustURL(t, s.url+"/console"), jar)
	if got := owner.get("/console").to(t); got != "/console/sign-in" {
		t.Errorf("with the cookie of a session that was ended: got %q", got)
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	check(t, err)
	return u
}

func TestTheSessionIsACookieThatScriptsAndOtherSitesCannotUse(t *testing.T) {
	s := newSite(t)
	s.web.HTTPS = true
	id, err := s.staff.Add(t.Context(), staff.System("n1"), staff.Account{Handle: "amina", Role: reserve.RoleOwner})
	check(t, err)
	link, err := s.staff.IssueLink(t.Context(), staff.System("n1"), id)
	check(t, err)
	b := s.browser()
	b.get("/console/link/"+link.Reveal()).want(t, http.StatusOK, "<button")
	p := b.post("/console/link/"+link.Reveal(), url.Values{"next": {"//evil.example/"}})
	if got := p.to(t); got != "/console" {
		t.Errorf("got a redirect to %q, want the console", got)
	}
	cookie := p.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "Secure", "SameSite=Lax", "Path=/console"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("no %s in the cookie", part)
		}
	}
	b.post("/console/link/"+link.Reveal(), nil).want(t, http.StatusUnauthorized)
}

func TestAnotherSiteCannotUseASession(t *testing.T) {
	s := newSite(t)
	b := s.as(reserve.RoleOwner)
	r, err := http.NewRequest(http.MethodPost, s.url+"/console/d/"+s.drive.Code+"/sending", strings.NewReader("do=stop"))
	check(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.do(r).want(t, http.StatusForbidden, "another site")
	b.get("/console/d/"+s.drive.Code).lacks(t, "Sending is stopped")
}

func TestOneButtonStopsAllSending(t *testing.T) {
	s := newSite(t)
	b := s.as(reserve.RoleDesk)
	board := "/console/d/" + s.drive.Code
	b.get(board).want(t, http.StatusOK, "Stop all sending", "Locked")
	if got := b.post(board+"/sending", url.Values{"do": {"stop"}}).to(t); got != board {
		t.Errorf("got a redirect to %q", got)
	}
	b.get(board).want(t, http.StatusOK, "Sending is stopped", "Resume sending")
	b.post(board+"/sending", url.Values{"do": {"resume"}}).to(t)
	b.get(board).want(t, http.StatusOK, "Stop all sending")
}

// TestTheBoardIsLive reads the stream as a browser does: at once, and again when something changes.
func TestTheBoardIsLive(t *testing.T) {
	s := newSite(t)
	b := s.as(reserve.RoleAuditor)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/console/events?drive="+s.drive.Code, nil)
	check(t, err)
	answer, err := b.client.Do(r)
	check(t, err)
	defer answer.Body.Close()
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("got %q", got)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	next := func(want string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), want) {
				return
			}
		}
		t.Fatalf("the stream ended without %q", want)
	}
	next("event: board")
	s.joined(s.browser(), nil)
	next(`<strong class="number">1</strong>`)
	check(t, s.staff.Revoke(t.Context(), staff.System("n1"), b.id))
	for lines.Scan() {
	}
	check(t, lines.Err())
}

// TestABrokenDiskShowsTheConsoleAReference closes the store behind a page of staff.
func TestABrokenDiskShowsTheConsoleAReference(t *testing.T) {
	s := newOpenSite(t)
	b := s.as(reserve.RoleOwner)
	s.closeStore()
	for _, path := range []string{"/console/d/" + s.drive.Code, "/console/audit", "/console/people/x"} {
		p := b.get(path)
		p.want(t, http.StatusInternalServerError, "this reference: ")
		p.lacks(t, "sql", "database", "closed")
	}
	b.post("/console/sign-in", url.Values{"handle": {"amina"}, "password": {"four words nobody knows"}}).want(t, http.StatusInternalServerError)
}

func TestTheDoorCanBeToldToLetNobodyIn(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	form := s.amina(b)
	s.web.Admit = func(*http.Request) error { return &reserve.Error{Kind: reserve.Busy, Code: "busy"} }
	p := b.post(s.path("/join?lang=en"), form)
	p.want(t, http.StatusServiceUnavailable, "Please come back a little later")
	if p.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.web.Admit = nil
	b.post(s.path("/join?lang=en"), form).to(t)
}

func TestALanguageOnceChosenStays(t *testing.T) {
	s := newSite(t)
	b := s.as(reserve.RoleDesk)
	board := "/console/d/" + s.drive.Code
	if got := b.post("/console/language", url.Values{"lang": {"ar"}, "next": {board}}).to(t); got != board {
		t.Errorf("got a redirect to %q", got)
	}
	b.get(board).want(t, http.StatusOK, `<html lang="ar" dir="rtl">`)
	b.post("/console/language", url.Values{"lang": {"xx"}}).want(t, http.StatusNotFound)
}
