package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"muster/internal/callup"
	"muster/internal/outbox"
	"muster/internal/reserve"
	"muster/internal/store"
)

// opening is a call-up as the form sends it.
func (s *site) opening() url.Values {
	return url.Values{
		"need1_wanted": {"2"}, "need1_function": {"medical"}, "need1_level": {"0"}, "need1_assembly_point": {"Gaya health centre"}, "report_by": {"2026-11-24T20:00"},
		"exercise": {"1"}, "risk.hazards": {"heat"}, "risk.equipment": {"gloves"}, "risk.insurance": {"no"}, "risk.refund": {"transport"}, "risk.contact": {"+22720000000"},
	}
}

// nurses registers n people with numbers of their own, which begin as given.
func (s *site) nurses(n int, begin string) {
	s.t.Helper()
	names := []string{"Salou Issa", "Rabi Ali", "Hadiza Moussa", "Ibrahim Garba", "Zeinabou Seyni", "Abdou Karimou"}
	public := s.browser()
	for i := range n {
		s.joined(public, func(f url.Values) {
			f.Set("name", names[i%len(names)])
			f.Set("phone", fmt.Sprintf("%s%04d", begin, i))
			f.Set("birth_year", fmt.Sprint(1970+5*i))
		})
	}
	s.openAll()
}

// taker is a carrier that takes everything.
type taker struct{}

func (taker) Send(_ context.Context, t reserve.OutboundText) (string, error) { return t.Ref, nil }

// send hands over what waits to be sent.
func (s *site) send() {
	s.t.Helper()
	o, err := outbox.New(s.t.Context(), outbox.Config{Store: s.store, Vault: s.vault, Roll: s.roll, Catalog: s.web.Lang, Now: s.clock.Now,
		Gateways: []outbox.Gateway{{Name: "simulator", Sender: taker{}, RatePerHour: 120}}})
	check(s.t, err)
	for did := true; did; {
		did, err = o.Step(s.t.Context())
		check(s.t, err)
	}
}

// step lets the planner do all that is due.
func (s *site) step() {
	s.t.Helper()
	for {
		did, err := s.callups.Step(s.t.Context())
		check(s.t, err)
		if !did {
			return
		}
	}
}

// heard is a text from a number that reaches the node.
func (s *site) heard(from, text string) {
	s.t.Helper()
	row := store.Inbound{ID: s.store.NewID(), Carrier: "simulator", Kind: reserve.InboundText, ReceivedAt: store.Micros(s.clock.Now())}
	row.RefHash = []byte(row.ID)
	var err error
	row.Epoch, row.Sealed, err = s.registry.Intake.Seal(s.clock.Now(), store.InboxPlace(row.ID), store.PackInbound(from, 0, []byte(text)))
	check(s.t, err)
	act := reserve.Act{Actor: reserve.System("n1"), Verb: reserve.ActAnswer}
	check(s.t, s.store.Change(s.t.Context(), act, func(tx *store.Tx) error {
		_, err := tx.AddInbound(row)
		return err
	}))
	check(s.t, s.callups.Answer(s.t.Context(), reserve.System("n1"), callup.Heard{Row: row, From: from, Text: text}))
}

func TestACallUpIsNotOpenedBeforeItsRiskIsWritten(t *testing.T) {
	s := newOpenSite(t)
	b := s.as(reserve.RoleCoordinator)
	list := "/console/d/" + s.drive.Code + "/callups"
	b.get(list).want(t, http.StatusOK, "No call-up is open", "New call-up")
	b.get(list+"/new").want(t, http.StatusOK, `name="risk.insurance"`)
	p := b.post(list, url.Values{"need1_wanted": {"many"}, "need1_area": {"Atlantis"}, "need1_assembly_point": {`<Gaya>`}, "report_by": {"tonight"}, "urgent": {"1"}})
	p.want(t, http.StatusUnprocessableEntity, `value="many"`, `value="&lt;Gaya&gt;"`, "checked", `id="fault-report_by"`, "We do not know this place", "in digits")
	for _, field := range []string{"risk.hazards", "risk.equipment", "risk.insurance", "risk.refund", "risk.contact"} {
		p.want(t, http.StatusUnprocessableEntity, `id="fault-`+field+`"`)
	}
	form := s.opening()
	form.Set("urgent", "1")
	b.post(list, form).want(t, http.StatusUnprocessableEntity, `id="fault-reason"`)
	form.Del("urgent")
	at := b.post(list, form).to(t)
	b.get(at).want(t, http.StatusOK, "Gaya health centre", "2026-11-24 20:00", "Exercise", "gloves")
	b.get(list).want(t, http.StatusOK, at)
}

// TestACallUpFromTheFirstWaveToHomeSafe tells a whole call-up through the pages of the console.
func TestACallUpFromTheFirstWaveToHomeSafe(t *testing.T) {
	s := newOpenSite(t)
	s.nurses(6, "9655")
	s.send()
	boss, desk := s.as(reserve.RoleCoordinator), s.as(reserve.RoleDesk)
	at := boss.post("/console/d/"+s.drive.Code+"/callups", s.opening()).to(t)
	s.step()
	p := boss.get(at)
	p.want(t, http.StatusOK, "Wave 1", "more yes were looked for", "people could still be asked", `aria-label="Forecast for the deadline`)
	board := "/console/d/" + s.drive.Code
	desk.get(board).want(t, http.StatusOK, `<dt>Need</dt><dd>2</dd>`, `<dt>Yes</dt><dd>0</dd>`, `<dt>Arrived</dt><dd>0</dd>`, "<dt>Expected</dt>", "Next texts")

	s.send()
	s.clock.Add(51 * time.Minute)
	boss, desk = s.as(reserve.RoleCoordinator), s.as(reserve.RoleDesk) // the others have been signed out for idleness

	// Somebody rings the people on the list: a number is shown one by one, and what was heard is one key.
	calls := at + "/calls"
	p = boss.get(calls)
	p.want(t, http.StatusOK, `data-key="y"`, `data-key="0"`)
	p.lacks(t, "+2279655")
	one := regexp.MustCompile(`action="(` + calls + `/[A-Z0-9]+)"`).FindStringSubmatch(p.body)
	if one == nil {
		t.Fatalf("nobody to call in %s", p.excerpt())
	}
	boss.post(one[1], url.Values{"do": {"reveal"}}).want(t, http.StatusOK, "tel:+2279655")
	boss.post(one[1], url.Values{"do": {"outcome"}, "outcome": {"dance"}}).want(t, http.StatusUnprocessableEntity)
	boss.post(one[1], url.Values{"do": {"outcome"}, "outcome": {"yes"}}).to(t)
	desk.get(board).want(t, http.StatusOK, `<dt>Yes</dt><dd>1</dd>`)

	// The place moves; who is confirmed is told.
	needID := regexp.MustCompile(`name="place-([A-Z0-9]+)"`).FindStringSubmatch(boss.get(at).body)[1]
	boss.post(at+"/place", url.Values{"place-" + needID: {"Gaya school"}, "report_by": {"2026-11-24T21:00"}}).to(t)
	boss.get(at).want(t, http.StatusOK, "Gaya school", "2026-11-24 21:00")
	boss.post(at+"/place", url.Values{"report_by": {"2026-01-01T00:00"}}).want(t, http.StatusUnprocessableEntity, "already passed")
	boss.post(at+"/message", nil).want(t, http.StatusUnprocessableEntity)
	boss.post(at+"/message", url.Values{"text": {"Bring water"}}).to(t)

	// They come: by receipt, by name; the third is sent home with thanks.
	in := at + "/check-in"
	desk.get(in).want(t, http.StatusOK, "Confirmed, not here yet")
	desk.post(in, url.Values{"who": {"Nobody Atall"}}).want(t, http.StatusNotFound, `value="Nobody Atall"`)
	for i, id := range s.volunteers()[:3] {
		want := "note good"
		if i == 2 {
			want = "send this person home"
		}
		desk.post(in, url.Values{"volunteer": {id}}).want(t, http.StatusOK, want)
	}
	first, _ := s.roll.Person(s.volunteers()[0])
	desk.post(in, url.Values{"who": {first.Volunteer.Receipt}}).want(t, http.StatusOK, "Already here since 2026-11-24 12:51")
	desk.get(board).want(t, http.StatusOK, `<dt>Arrived</dt><dd>2</dd>`)
	s.clock.Add(20 * time.Minute)
	desk.post(at+"/check-out", url.Values{"volunteer": {first.Volunteer.ID}}).to(t)
	p = desk.get(in)
	p.want(t, http.StatusOK, "Not heard from yet")
	invitation := regexp.MustCompile(`/home-safe">(?s:.*?)name="invitation" value="([^"]+)"`).FindStringSubmatch(p.body)[1]
	desk.post(at+"/home-safe", url.Values{"invitation": {invitation}}).to(t)
	boss.post(at+"/close", nil).to(t)
	boss.get(at).want(t, http.StatusOK, "Closed")
	desk.get(board).want(t, http.StatusOK, "No call-up is open")
	if strings.Contains(s.log.String(), "Salou") {
		t.Error("a name is in the log")
	}
}

func TestAnUnclearAnswerIsOneTap(t *testing.T) {
	s := newOpenSite(t)
	s.nurses(4, "9655")
	s.send()
	b := s.as(reserve.RoleOwner)
	at := b.post("/console/d/"+s.drive.Code+"/callups", s.opening()).to(t)
	s.step()
	s.send()
	s.heard("+22796550000", "oui mais demain <\"&>")
	s.clock.Add(5 * time.Minute)
	b.get("/console/d/"+s.drive.Code).want(t, http.StatusOK, "Oldest unclear answer", "5 min ago")
	list := "/console/d/" + s.drive.Code + "/unclear"
	p := b.get(list)
	p.want(t, http.StatusOK, "oui mais demain &lt;&#34;&amp;&gt;", `data-key="y"`, "Seems to mean", "Salou Issa")
	p.lacks(t, "96550000")
	one := regexp.MustCompile(`action="(` + list + `/[A-Z0-9]+)"`).FindStringSubmatch(p.body)[1]
	b.post(one, url.Values{"meaning": {"yes"}}).to(t)
	b.post(one, url.Values{"meaning": {"no"}}).want(t, http.StatusConflict)
	b.get(at).want(t, http.StatusOK, `<dt>Yes</dt><dd>1</dd>`)
	b.get(list).want(t, http.StatusOK, "None")
	s.as(reserve.RoleDesk).post(one, url.Values{"meaning": {"yes"}}).want(t, http.StatusForbidden)
}
