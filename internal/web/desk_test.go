package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"muster/internal/reserve"
	"muster/internal/staff"
	"muster/internal/store"
)

// volunteers gives the ids of a drive's people.
func (s *site) volunteers() (ids []string) {
	s.t.Helper()
	check(s.t, s.store.View(s.t.Context(), func(r *store.Read) error {
		list, err := r.VolunteersAfter(s.drive.Code, "", 1000)
		for _, v := range list {
			ids = append(ids, v.ID)
		}
		return err
	}))
	return ids
}

func (s *site) acts(verb reserve.Verb) (n int) {
	s.t.Helper()
	for {
		did, err := s.store.Sequence(s.t.Context())
		check(s.t, err)
		if !did {
			break
		}
	}
	p := s.as(reserve.RoleAuditor).get("/console/audit")
	return strings.Count(p.body, `<td class="mono">`+string(verb)+`</td>`)
}

func TestAPersonIsFoundReadAndChanged(t *testing.T) {
	s := newOpenSite(t)
	s.joined(s.browser(), func(f url.Values) { f.Set("name", `Amina <script>alert(1)</script>`); f.Set("note", `"><img src=x>`) })
	s.openAll()
	id := s.volunteers()[0]
	b := s.as(reserve.RoleOwner)
	people := "/console/d/" + s.drive.Code + "/people"
	b.get(people).want(t, http.StatusOK, "&lt;script&gt;", "+227 •••• 56")
	b.get(people+"?function=logistics").want(t, http.StatusOK, "Nobody found")
	b.get(people+"?function=medical&level=2").want(t, http.StatusOK, "Nobody found")
	p := b.post(people+"/search", url.Values{"q": {"amina"}})
	p.want(t, http.StatusOK, "&lt;script&gt;", `value="amina"`)
	p.lacks(t, "90123456", "<script>alert")
	if p.path != people+"/search" || strings.Contains(s.log.String(), "amina") {
		t.Error("what was searched for is in an address or in the log")
	}

	person := "/console/people/" + id
	p = b.get(person)
	p.want(t, http.StatusOK, "&lt;script&gt;", "&#34;&gt;&lt;img src=x&gt;", "1998-04-12", "Gaya")
	p.lacks(t, "90123456", "<img")
	b.post(person+"/reveal", nil).want(t, http.StatusUnprocessableEntity, `class="faults"`)
	b.post(person+"/reveal", url.Values{"reason": {"call-back"}}).want(t, http.StatusOK, "+22790123456")
	b.post(person+"/verify", url.Values{"function": {"medical"}, "level": {"9"}, "evidence": {"document"}}).want(t, http.StatusUnprocessableEntity)
	b.post(person+"/verify", url.Values{"function": {"medical"}, "level": {"3"}, "evidence": {"document"}}).to(t)
	b.get(people+"?function=medical&level=3").want(t, http.StatusOK, "Amina")

	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(b.get(person).body)[1]
	b.post(person+"/correct", url.Values{"version": {version}, "name": {"Amina Oumarou"}, "birth": {"soon"}}).
		want(t, http.StatusUnprocessableEntity, `value="soon"`, `value="Amina Oumarou"`)
	b.post(person+"/correct", url.Values{"version": {version}, "name": {"Amina Oumarou"}}).to(t)
	b.post(person+"/correct", url.Values{"version": {version}, "name": {"Amina Sani"}}).want(t, http.StatusConflict)
	b.get(person).want(t, http.StatusOK, "<bdi>Amina Oumarou</bdi>")
	if got := s.acts(reserve.ActReveal); got != 1 {
		t.Errorf("reveals in the log: got %d, want 1", got)
	}
	b.get(person+"/history").want(t, http.StatusOK, string(reserve.ActReveal), "call-back", string(reserve.ActCorrect))

	b.post(person+"/withdraw", nil).to(t)
	b.get(person).want(t, http.StatusOK, "Withdrawn")
	b.post(person+"/erase", nil).want(t, http.StatusUnprocessableEntity, "Tick the box")
	b.post(person+"/erase", url.Values{"sure": {"1"}}).to(t)
}

func TestALockedDeskSeesCountsAndNoNames(t *testing.T) {
	s := newOpenSite(t)
	s.joined(s.browser(), nil)
	s.openAll()
	id := s.volunteers()[0]
	owner := s.as(reserve.RoleOwner)
	owner.post("/console/lock", nil).to(t)
	owner.get("/console/d/"+s.drive.Code).want(t, http.StatusOK, "Locked")
	p := owner.get("/console/d/" + s.drive.Code + "/people")
	p.want(t, http.StatusOK, "NIA-")
	p.lacks(t, "Amina")
	p = owner.get("/console/people/" + id)
	p.want(t, http.StatusServiceUnavailable, "locked", "Unlock")
	owner.post("/console/unlock", url.Values{"passphrase": {"wrong"}}).want(t, http.StatusForbidden, "does not open")
	owner.post("/console/unlock", url.Values{"passphrase": {passphrase}}).to(t)
	owner.get("/console/people/"+id).want(t, http.StatusOK, "Amina")
	owner.get("/console/lock").want(t, http.StatusOK, "Unlocked", "1 person")
}

func TestADuplicateIsDecidedAndTakenBack(t *testing.T) {
	s := newOpenSite(t)
	public := s.browser()
	s.joined(public, nil)
	s.openAll()
	s.joined(public, func(f url.Values) { f.Set("name", "Aminata Oumarou"); f.Set("place", "Dosso") })
	s.openAll()
	b := s.as(reserve.RoleDesk)
	desk := "/console/d/" + s.drive.Code + "/duplicates"
	p := b.get(desk)
	p.want(t, http.StatusOK, `data-key="s"`, `data-key="n"`, `data-key="l"`, "Amina Oumarou", "Aminata Oumarou", `class="differs"`, "Same phone number")
	p.lacks(t, "90123456")
	pair := regexp.MustCompile(`action="(/console/duplicates/[A-Z0-9]+)"`).FindStringSubmatch(p.body)[1]
	b.get(pair).want(t, http.StatusOK, "The same person")

	if got := b.post(pair, url.Values{"decision": {"same"}}).to(t); got != desk {
		t.Errorf("after a decision: got %q, want the next pair", got)
	}
	b.get(desk).want(t, http.StatusOK, "No pair is waiting")
	b.get(desk+"?state=merged").want(t, http.StatusOK, "desk-")
	b.post(pair+"/undo", nil).to(t)
	b.post(pair, url.Values{"decision": {"later"}}).to(t)
	b.get(desk+"?state=later").want(t, http.StatusOK, pair)
	b.post(pair, url.Values{"decision": {"different"}}).to(t)
	b.get(pair).want(t, http.StatusOK, "Two different people")
	b.post(pair, url.Values{"decision": {"perhaps"}}).want(t, http.StatusUnprocessableEntity)
}

func TestScopeHidesPeopleOfOtherSites(t *testing.T) {
	s := newOpenSite(t)
	s.joined(s.browser(), nil)
	s.openAll()
	id := s.volunteers()[0]
	b := s.asOf(staff.Account{Handle: "gaya-desk", Role: reserve.RoleDesk, Sites: []string{"gaya"}})
	b.get("/console/people/"+id).want(t, http.StatusNotFound)
	b.get("/console/d/"+s.drive.Code+"/people").want(t, http.StatusOK, "Nobody found")
	b.post("/console/d/"+s.drive.Code+"/people/search", url.Values{"q": {"amina"}}).want(t, http.StatusOK, "Nobody found")
}

func TestTheLogIsVerifiedByAButton(t *testing.T) {
	s := newOpenSite(t)
	s.joined(s.browser(), nil)
	s.acts(reserve.ActApply)
	b := s.as(reserve.RoleAuditor)
	p := b.get("/console/audit")
	p.want(t, http.StatusOK, "registration.apply", "muster.test/log")
	p.lacks(t, "Amina", "90123456")
	b.post("/console/audit/verify", nil).want(t, http.StatusOK, "The log is whole")
}

func TestSecretsOfStaffAreShownOnce(t *testing.T) {
	s := newSite(t)
	b := s.as(reserve.RoleOwner)
	b.post("/console/staff", url.Values{"handle": {"Not A Handle"}, "role": {"desk"}, "sites": {"gaya"}}).
		want(t, http.StatusUnprocessableEntity, `id="fault-handle"`, `value="Not A Handle"`)
	b.post("/console/staff", url.Values{"handle": {"rabi"}, "role": {"desk"}, "sites": {"gaya"}}).to(t)
	p := b.get("/console/staff")
	p.want(t, http.StatusOK, "rabi", "gaya", "Not confirmed")
	id := regexp.MustCompile(`rabi</td>(?s:.*?)action="(/console/staff/[^"]+)"`).FindStringSubmatch(p.body)[1]
	p = b.post(id, url.Values{"do": {"link"}})
	link := regexp.MustCompile(`/console/link/[^<"]+`).FindString(p.body)
	if link == "" {
		t.Fatalf("no link in %s", p.excerpt())
	}
	b.get("/console/staff").lacks(t, link)
	rabi := s.browser()
	rabi.post(link, nil).to(t)
	rabi.get("/console/staff").want(t, http.StatusForbidden)
	rabi.post("/console/password", url.Values{"password": {"short"}}).want(t, http.StatusUnprocessableEntity)
	rabi.post("/console/password", url.Values{"password": {"four words nobody knows"}}).to(t)
	again := s.browser()
	again.post("/console/sign-in", url.Values{"handle": {"rabi"}, "password": {"four words nobody knows"}}).to(t)
	b.post(id, url.Values{"do": {"revoke"}}).to(t)
	if got := again.get("/console").to(t); got != "/console/sign-in" {
		t.Errorf("after the account was revoked: got %q", got)
	}
}

func TestTheMapHidesTheFew(t *testing.T) {
	s := newOpenSite(t)
	public := s.browser()
	for i := range mapLeast {
		s.joined(public, func(f url.Values) {
			f.Set("name", "Person "+string(rune('A'+i)))
			f.Set("phone", "9011111"+string(rune('0'+i)))
		})
	}
	s.joined(public, func(f url.Values) { f.Set("name", "Alone"); f.Set("phone", "90222222"); f.Set("place", "Maradi 1") })
	s.openAll()
	p := s.as(reserve.RoleAuditor).get("/console/d/" + s.drive.Code + "/map")
	p.want(t, http.StatusOK, "Gaya (Gaya): 5", "&lt; 5")
	if got := strings.Count(p.body, "<circle"); got != 1 {
		t.Errorf("got %d points, want 1", got)
	}
}
