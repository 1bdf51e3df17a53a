package cases

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"muster/internal/carrier/simulator"
	"muster/internal/lang"
	"muster/internal/reserve"
)

func caseC033(t *testing.T, c *Case) {
	type inbound struct {
		ID      string    `json:"provider_id"`
		From    string    `json:"from"`
		SentAt  time.Time `json:"sent_at"`
		Text    string    `json:"text"`
		Arrives string    `json:"arrives"`
	}
	list := decodeLines[inbound](t, c, 0)
	h := newHouse(t, list[0].SentAt.Add(-time.Hour))
	first, third := adult("Rakia Labo"), adult("Nouhou Mani")
	first.phone, first.functions = "+22790000051", []string{"medical"}
	third.phone, third.functions, third.birth = "+22790000053", []string{"medical"}, "1991-04-03"
	h.mustTake(first)
	h.mustTake(third)
	morning := h.callUp(request{wanted: 5, urgent: true})
	post := func(m inbound) {
		h.t.Helper()
		at, err := time.Parse(time.TimeOnly, m.Arrives)
		check(h.t, err)
		h.clock.Set(time.Date(2026, 11, 24, at.Hour(), at.Minute(), at.Second(), 0, time.UTC))
		h.post(simulator.Message{Kind: "text", ID: m.ID, From: m.From, Text: []byte(m.Text), SentAt: m.SentAt})
		h.settle()
	}
	inOrder := slices.Clone(list)
	slices.SortStableFunc(inOrder, func(a, b inbound) int { return strings.Compare(a.Arrives, b.Arrives) })
	for _, m := range inOrder[:len(inOrder)-1] {
		post(m)
	}
	c.line(t, 1, func(t *testing.T) {
		h.in(t)
		if box := h.inbox(first.name); len(box) != 1 || h.heard(first.phone, "sms.seat") != 1 || h.invitation(morning, first.name).State != reserve.Confirmed {
			t.Errorf("got %d messages and %q, want one OUI and one answer", len(box), bodies(h.sent(first.phone)))
		}
	})
	c.line(t, 2, func(t *testing.T) {
		h.in(t)
		const phone = "+22790000052"
		for range 2 {
			for _, said := range []string{"1990", "Gaya", "5", "non", "non"} {
				h.text(phone, said)
			}
		}
		got := slices.DeleteFunc(names(h.people()), func(n string) bool { return !strings.HasSuffix(n, " Noma") })
		if !slices.Equal(got, []string{"Hadiza Noma", "Moussa Noma"}) || h.heard(phone, "sms.join-done") != 2 {
			t.Errorf("got %q and texts %q, want two registrations", got, bodies(h.sent(phone)))
		}
	})
	c.line(t, 4, func(t *testing.T) {
		h.in(t)
		if box := h.inbox(third.name); len(box) != 1 || h.heard(third.phone, "sms.seat") != 1 {
			t.Errorf("got %d messages and %q, want the two without an id to count once", len(box), bodies(h.sent(third.phone)))
		}
	})
	c.line(t, 3, func(t *testing.T) {
		h.in(t)
		check(t, h.Calls.Close(context.Background(), h.Operator(), morning.ID))
		h.clock.Set(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
		noon := h.callUp(request{wanted: 5, urgent: true})
		post(inOrder[len(inOrder)-1])
		if box := h.inbox(first.name); len(box) != 2 || h.invitation(noon, first.name).State != reserve.Confirmed {
			t.Errorf("c1: got %d messages and %s, want a new one that answers the call-up of noon", len(box), h.invitation(noon, first.name).State)
		}
	})
	c.line(t, 5, func(t *testing.T) {
		h.in(t)
		last := inOrder[len(inOrder)-1]
		for range 20 {
			h.clock.Add(30 * time.Second)
			for _, m := range list {
				h.post(simulator.Message{Kind: "text", ID: m.ID, From: m.From, Text: []byte(m.Text), SentAt: m.SentAt})
			}
			h.settle()
		}
		if a, b := len(h.inbox(first.name)), len(h.inbox(third.name)); a != 2 || b != 1 || last.ID != "c1" {
			t.Errorf("after ten minutes of repeats: got %d and %d messages, want 2 and 1", a, b)
		}
		if got := h.heard("+22790000052", "sms.join-done"); got != 2 {
			t.Errorf("after ten minutes of repeats: got %d registrations told, want 2", got)
		}
	})
}

func caseC044(t *testing.T, c *Case) {
	rows := c.rows(t, 0)
	night := func(row map[string]string) func(string) string {
		loudFrom, loudTo, _ := strings.Cut(row["window"], "-")
		return func(drive string) string {
			drive = strings.Replace(drive, "time_zone: Africa/Niamey", "time_zone: "+row["zone"], 1)
			return drive + fmt.Sprintf("quiet_hours: {from: %q, to: %q}\n", loudTo, loudFrom)
		}
	}
	houses := map[string]*house{} // by zone and window
	whole := t
	judge := func(t *testing.T, row map[string]string) {
		t.Helper()
		at, err := time.Parse(time.RFC3339, row["instant_utc"])
		check(t, err)
		zone, err := time.LoadLocation(row["zone"])
		check(t, err)
		if local := at.In(zone).Format(time.DateTime); local != row["local_time"] {
			t.Fatalf("%s in %s: got %s, want %s", row["instant_utc"], row["zone"], local, row["local_time"])
		}
		h := houses[row["zone"]+row["window"]]
		if h == nil {
			h = newHouseWith(whole, night(row), at.AddDate(-1, 0, 0))
			houses[row["zone"]+row["window"]] = h
		}
		h.in(t).clock.Set(at)
		p := person{name: "Hadiza " + strings.Repeat("a", 1+h.refs), birth: fmt.Sprintf("%d-05-17", 1960+h.refs), phone: h.number(), functions: []string{"medical"}}
		h.mustTake(p)
		h.people()
		k := h.callUp(request{wanted: 50, by: at.Add(48 * time.Hour)})
		if got := len(h.sent(p.phone)) == 1; got != (row["may_send"] == "yes") {
			t.Errorf("%s in %s, window %s: sent %v, want %s", row["local_time"], row["zone"], row["window"], got, row["may_send"])
		}
		check(t, h.Calls.Close(context.Background(), h.Operator(), k.ID))
	}
	c.line(t, 1, func(t *testing.T) {
		inOrder := slices.Clone(rows)
		slices.SortStableFunc(inOrder, func(a, b map[string]string) int { return strings.Compare(a["instant_utc"], b["instant_utc"]) })
		for _, row := range inOrder {
			judge(t, row)
		}
	})
	c.line(t, 2, func(t *testing.T) {
		seen := map[string]string{} // by instant: two zones, two answers, one server
		differ := 0
		for _, row := range rows {
			if was, ok := seen[row["instant_utc"][:13]]; ok && was != row["zone"]+row["may_send"] {
				differ++
			}
			seen[row["instant_utc"][:13]] = row["zone"] + row["may_send"]
		}
		if differ == 0 {
			t.Error("no row differs by its zone alone")
		}
		inZones(t, "^TestCases$/^C044/^1_")
	})
	c.line(t, 3, func(t *testing.T) {
		h := newHouseWith(t, night(rows[0]), niamey(t, "2026-11-24 19:59"))
		p, late := adult("Hadiza Noma"), adult("Issoufou Gani")
		p.phone, p.functions = "+22790000111", []string{"medical"}
		late.phone, late.functions, late.birth = "+22790000112", []string{"medical"}, "1971-01-20"
		h.mustTake(p)
		h.callUp(request{wanted: 2, by: niamey(t, "2026-11-26 08:00")})
		h.clock.Set(niamey(t, "2026-11-24 23:00"))
		h.mustTake(late)
		h.text(p.phone, "OUI")
		if h.heard(p.phone, "sms.seat") != 1 {
			t.Errorf("at eleven at night: got %q, want the answer at once", bodies(h.sent(p.phone)))
		}
		h.clock.Set(niamey(t, "2026-11-25 07:59"))
		h.settle()
		if got := bodies(h.sent(late.phone)); len(got) != 0 {
			t.Errorf("in the quiet hours: got %q, want no invitation", got)
		}
		h.pass(4 * time.Hour)
		if got := bodies(h.sent(late.phone)); len(got) != 1 {
			t.Errorf("in the morning: got %q, want the invitation", got)
		}
	})
	c.line(t, 4, func(t *testing.T) {
		h := newHouseWith(t, night(rows[0]), niamey(t, "2026-11-24 23:00"))
		p := adult("Hadiza Noma")
		p.phone, p.functions = "+22790000111", []string{"medical"}
		h.mustTake(p)
		h.people()
		token, id := h.token("duty", reserve.RoleCoordinator)
		ask := func(token, reason string) int {
			return h.sendAs(token, "POST", "/api/v1/drives/"+h.drive+"/callups", "application/json", `{"needs":[{"function":"medical","wanted":1,"level":0,"assembly_point":"Stade"}],
				"report_by":"2026-11-25T02:00:00+01:00","urgent":true,"exercise":false,`+reason+`"risk":{"hazards":"eau","equipment":"bottes","insurance":false,"refund":"transport","contact":"+22720000000"}}`).Code
		}
		if anonymous, silent := ask("", `"reason":"inondation",`), ask(token, ""); anonymous != 401 || silent != 422 || len(h.sent(p.phone)) != 0 {
			t.Errorf("without a name %d, without a reason %d; want 401 and 422", anonymous, silent)
		}
		if code := ask(token, `"reason":"inondation",`); code != 201 {
			t.Fatalf("with both: got %d, want 201", code)
		}
		acts := h.acts(reserve.ActCallUpOpen)
		if len(h.sent(p.phone)) != 1 || len(acts) != 1 || acts[0].Actor != "staff:"+id || acts[0].Note != "urgent" {
			t.Errorf("got %d texts and acts %+v, want one, opened by name as urgent", len(h.sent(p.phone)), acts)
		}
	})
}

func caseC036(t *testing.T, c *Case) {
	rows := c.rows(t, 0)
	t.Run("each row as the outbox counts it", func(t *testing.T) {
		for _, r := range rows {
			got := lang.Segments(r["text"])
			if enc := strings.ToUpper(string(got.Encoding)); enc != r["encoding"] || strconv.Itoa(got.Units) != r["units"] || strconv.Itoa(got.Segments) != r["segments"] {
				t.Errorf("%q: got %s %d %d, want %s %s %s", r["text"], enc, got.Units, got.Segments, r["encoding"], r["units"], r["segments"])
			}
		}
	})
	c.line(t, 3, func(t *testing.T) {
		for _, r := range rows {
			pieces := lang.Split(r["text"])
			if strings.Join(pieces, "") != r["text"] || slices.ContainsFunc(pieces, func(p string) bool { return strings.ContainsRune(p, '\ufffd') }) {
				t.Errorf("%q is cut into %q", r["text"], pieces)
			}
		}
	})
}
