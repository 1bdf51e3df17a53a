package cases

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"muster/internal/audit"
	"muster/internal/channel/sheet"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// mergeSide is one of the two records of C017.
type mergeSide struct {
	ID, Name, Birth string
	Phones          []string
	Commune         string
	Skills, Notes   []string
	ConsentOn       string `json:"consent_on"`
	CallUps         []struct{ ID, State, At string }
}

// merging is a house with the two people of C017 and their call-ups: X asked both and A said yes, Y asked B, who came.
type merging struct {
	*house
	x, y         reserve.CallUp
	a, b         roll.Person
	receiptB     string
	desk         reserve.Actor
	viewA, viewB registry.View
}

func newMerging(t *testing.T, c *Case) *merging {
	t.Helper()
	f := decode[struct {
		Keep   mergeSide
		FoldIn mergeSide `json:"fold_in"`
	}](t, c, 0)
	m := &merging{house: newHouse(t, niamey(t, "2025-01-01"))}
	skills := map[string]string{"conduite": `"functions":["civil-protection","logistics"],"qualifications":["driver"]`,
		"premiers secours": `"functions":["civil-protection","medical"],"qualifications":["first-aid"]`}
	receipts := map[string]string{}
	for _, s := range []mergeSide{f.Keep, f.FoldIn} {
		m.clock.Set(niamey(t, s.ConsentOn+" 09:00"))
		place := ""
		if s.Commune != "" {
			place = `"place":"` + s.Commune + `",`
		}
		rec := m.send(http.MethodPost, "/api/v1/drives/"+m.drive+"/registrations", "application/json", `{"ref":"`+m.ref()+`","name":"`+s.Name+`","birth":"`+strings.TrimSuffix(s.Birth, " (year)")+
			`","phones":["`+s.Phones[0]+`"],`+place+`"note":"`+s.Notes[0]+`","language":"fr",`+skills[s.Skills[0]]+`,"consents":[{"recipient":"civil-protection","purpose":"call-up","wording":1}]}`)
		if rec.Code != http.StatusCreated {
			t.Fatalf("%s: got %d %s", s.ID, rec.Code, rec.Body)
		}
		receipts[s.ID], _, _ = strings.Cut(strings.Split(rec.Body.String(), `"receipt":"`)[1], `"`)
	}
	m.receiptB = receipts["B"]
	m.people()
	phoneA, phoneB := f.Keep.Phones[0], f.FoldIn.Phones[0]
	m.clock.Set(niamey(t, "2026-08-01 08:00"))
	m.x = m.callUp(request{wanted: 5, urgent: true, function: "civil-protection", by: niamey(t, "2026-09-20 08:00")})
	m.clock.Set(niamey(t, "2026-08-02 10:00"))
	m.text(phoneA, "OUI")
	m.clock.Set(niamey(t, "2026-08-31 08:00"))
	m.y = m.callUp(request{wanted: 5, urgent: true, function: "medical", by: niamey(t, "2026-09-01 08:00")})
	m.clock.Set(niamey(t, "2026-09-01 07:55"))
	_, err := m.Calls.CheckIn(context.Background(), m.Operator(), checkIn(m.y, m.byPhone(phoneB)))
	check(t, err)
	m.clock.Set(niamey(t, "2026-09-10 12:00"))
	m.a, m.b, m.desk = m.byPhone(phoneA), m.byPhone(phoneB), m.staff("desk", reserve.RoleDesk)
	m.viewA, m.viewB = m.view(m.a), m.view(m.b)
	if m.states(m.x)[reserve.Confirmed] != 1 || len(m.invitations(m.x)) != 2 || len(m.invitations(m.y)) != 1 {
		t.Fatalf("got %v and %v, want the history of the file", m.states(m.x), m.states(m.y))
	}
	check(t, m.Registry.Merge(context.Background(), m.desk, m.a.Volunteer.ID, m.b.Volunteer.ID))
	m.settle()
	return m
}

func (m *merging) byPhone(phone string) roll.Person {
	m.t.Helper()
	list := m.Roll.ByPhone(phone)
	if len(list) != 1 {
		m.t.Fatalf("%s is of %d people, want one", phone, len(list))
	}
	return list[0]
}

func (m *merging) view(p roll.Person) registry.View {
	m.t.Helper()
	v, err := m.Registry.Show(context.Background(), m.Operator(), p.Volunteer.ID)
	check(m.t, err)
	return v
}

func caseC017(t *testing.T, c *Case) {
	c.line(t, 1, func(t *testing.T) {
		m := newMerging(t, c)
		v := m.view(m.a)
		f := v.Person.Facts
		if !slices.Equal(phonesOf(v.Person), []string{"+22793123456", "+22796000001"}) || f.Place != "NE006012007" || f.Birth.String() != "1993-12-05" {
			t.Errorf("got %v, %s, %s; want both numbers, the commune, the full date", phonesOf(v.Person), f.Place, f.Birth)
		}
		if !slices.Equal(f.Qualifications, []string{"driver", "first-aid"}) || !slices.Equal(f.Notes, []reserve.Private{"parle zarma", "permis C"}) {
			t.Errorf("got skills %v and %d notes, want both of each", f.Qualifications, len(f.Notes))
		}
		consents := v.Person.Consents
		if len(consents) != 1 || consents[0].GivenAt != niamey(t, "2025-03-01 09:00").UnixMicro() || consents[0].Channel != reserve.ChannelAPI || consents[0].Wording != 1 || consents[0].EndedAt != 0 {
			t.Errorf("got consents %+v, want the earlier with its proof", consents)
		}
		if len(v.Received) != 2 || v.Received[0].ReceivedAt != consents[0].GivenAt {
			t.Errorf("got %d registrations, want both as they came", len(v.Received))
		}
		history := map[string]reserve.Invitation{}
		check(t, m.Store.View(context.Background(), func(r *store.Read) error {
			list, err := r.StandingOf(m.a.Volunteer.ID, 0)
			for _, s := range list {
				history[s.CallUp] = s.Invitation
			}
			return err
		}))
		if len(history) != 2 || history[m.x.ID].State != reserve.Confirmed || history[m.y.ID].CheckedIn != niamey(t, "2026-09-01 07:55").UnixMicro() {
			t.Errorf("got history %+v, want X accepted and Y checked in", history)
		}
	})
	c.line(t, 2, func(t *testing.T) {
		m := newMerging(t, c)
		if n := m.show(m.x); n.Confirmed != 1 || n.Invited != 1 || len(m.invitations(m.x)) != 1 {
			t.Errorf("got %d accepted, %d invited, %d rows; want one each", n.Confirmed, n.Invited, len(m.invitations(m.x)))
		}
	})
	c.line(t, 3, func(t *testing.T) {
		m := newMerging(t, c)
		page := m.signIn().page("/console/people/" + m.b.Volunteer.ID)
		if !strings.Contains(page, m.a.Facts.Name.Reveal()) && !strings.Contains(page, m.b.Facts.Name.Reveal()) || !strings.Contains(page, "/console/people/"+m.a.Volunteer.ID) {
			t.Error("the page of B does not lead to A")
		}
		rep := m.load(csvOf([]string{"receipt", "nom", "telephone", "commune"}, []string{m.receiptB, m.b.Facts.Name.Reveal(), "+22796000001", "Kollo"}), sheet.Choices{}, sheet.How{Update: true})
		kollo, _ := m.Gazetteer.Resolve("Kollo", "NE")
		if got := m.counted(); rep.Updated != 1 || rep.Added != 0 || len(got) != 1 || got[0].Volunteer.ID != m.a.Volunteer.ID || got[0].Facts.Place != kollo.Code {
			t.Errorf("importing under the id of B: got %+v, want A updated", rep)
		}
	})
	c.line(t, 4, func(t *testing.T) {
		m := newMerging(t, c)
		acts := m.acts(reserve.ActMerge)
		if len(acts) != 1 || acts[0].Actor != m.desk.String() || acts[0].At != m.Now().UnixMicro() {
			t.Fatalf("got acts %+v, want who and when", acts)
		}
		both := slices.Concat(audit.Subject(m.a.Volunteer.Salt, []byte(m.a.Volunteer.ID)), audit.Subject(m.b.Volunteer.Salt, []byte(m.b.Volunteer.ID)))
		if !slices.Equal(acts[0].Digest, both) {
			t.Errorf("got %x, want both ids, salted", acts[0].Digest)
		}
		if got := m.view(m.a).Merges; len(got) != 1 || got[0].Staff != m.desk.ID || got[0].Winner != m.a.Volunteer.ID || got[0].Loser != m.b.Volunteer.ID {
			t.Errorf("got merges %+v, want who and both", got)
		}
	})
	c.line(t, 5, func(t *testing.T) {
		m := newMerging(t, c)
		check(t, m.Registry.Unmerge(context.Background(), m.desk, m.b.Volunteer.ID))
		m.settle()
		for _, was := range []registry.View{m.viewA, m.viewB} {
			now := m.view(was.Person)
			if !reflect.DeepEqual(now.Person.Facts, was.Person.Facts) || !reflect.DeepEqual(now.Person.Consents, was.Person.Consents) || !reflect.DeepEqual(now.Received, was.Received) ||
				!reflect.DeepEqual(now.Person.Volunteer.Offers, was.Person.Volunteer.Offers) || now.Person.Volunteer.State != was.Person.Volunteer.State {
				t.Errorf("%s: got %+v, want %+v", was.Person.Volunteer.Receipt, now.Person.Volunteer, was.Person.Volunteer)
			}
		}
		if got := m.seats(m.x); got["+22793123456"].State != reserve.Confirmed || got["+22796000001"].State != reserve.Invited || m.seats(m.y)["+22796000001"].CheckedIn == 0 {
			t.Errorf("got X %+v, want each their own history", got)
		}
	})
}
