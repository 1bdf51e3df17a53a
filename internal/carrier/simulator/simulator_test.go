package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"muster/internal/carrier/simulator"
	"muster/internal/reserve"
)

// bench is a simulator, what it posted and a clock.
type bench struct {
	*simulator.Simulator
	now     time.Time
	texts   []reserve.Inbound
	reports []reserve.DeliveryReport
	refuse  bool
}

func newBench(t *testing.T) *bench {
	b := &bench{now: time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC)}
	b.Simulator = simulator.New(simulator.Config{Seed: 1, OwnNumber: "123", Now: func() time.Time { return b.now }, Post: func(_ context.Context, body []byte) error {
		if b.refuse {
			return errors.New("not now")
		}
		in, rep, err := simulator.Decode(httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body)))
		b.texts, b.reports = append(b.texts, in...), append(b.reports, rep...)
		if err != nil {
			t.Error(err)
		}
		return err
	}})
	return b
}

func (b *bench) send(t *testing.T, ref, to string) error {
	t.Helper()
	_, err := b.Send(t.Context(), reserve.OutboundText{Ref: ref, To: reserve.Private(to), Body: "hello"})
	return err
}

func (b *bench) step(t *testing.T) {
	t.Helper()
	if _, err := b.Step(t.Context()); err != nil && !b.refuse {
		t.Fatal(err)
	}
}

func TestATextReachesItsPhoneAndIsReported(t *testing.T) {
	b := newBench(t)
	b.Set(simulator.Settings{DelayMS: 2000})
	for range 3 { // the same reference is sent once
		if err := b.send(t, "r1", "+22790000001"); err != nil {
			t.Fatal(err)
		}
	}
	b.step(t)
	if got := b.Phone("+22790000001"); len(got) != 0 {
		t.Errorf("before the delay: got %q", got)
	}
	b.now = b.now.Add(4 * time.Second)
	b.step(t)
	b.now = b.now.Add(4 * time.Second)
	b.step(t)
	if got := b.Phone("+22790000001"); len(got) != 1 || got[0] != "hello" {
		t.Errorf("phone: got %q, want hello once", got)
	}
	if len(b.reports) != 1 || b.reports[0].Ref != "r1" || b.reports[0].State != reserve.Delivered {
		t.Errorf("reports: got %+v, want one delivery of r1", b.reports)
	}
}

func TestTheNetworkIsAsBadAsItIsSetTo(t *testing.T) {
	for name, c := range map[string]struct {
		set   simulator.Settings
		check func(b *bench, errs int) bool
	}{
		"half is lost":                {simulator.Settings{Loss: 0.5}, func(b *bench, _ int) bool { n := arrived(b); return n > 60 && n < 140 }},
		"a tenth is refused":          {simulator.Settings{ErrorRate: 0.1}, func(b *bench, errs int) bool { return errs > 5 && errs < 40 && arrived(b) == 200-errs }},
		"an answer lost, a text sent": {simulator.Settings{LostAnswer: 1}, func(b *bench, errs int) bool { return errs == 200 && arrived(b) == 200 }},
		"some come twice":             {simulator.Settings{Duplicate: 0.5}, func(b *bench, _ int) bool { n := arrived(b); return n > 260 && n < 340 }},
		"nothing is taken when down":  {simulator.Settings{Down: true}, func(b *bench, errs int) bool { return errs == 200 }},
		"the rate is kept":            {simulator.Settings{Rate: 3600}, func(b *bench, errs int) bool { return errs == 199 }},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.Set(c.set)
			errs := 0
			for i := range 200 {
				if b.send(t, fmt.Sprint("r", i), fmt.Sprintf("+227900%05d", i)) != nil {
					errs++
				}
			}
			b.step(t)
			if !c.check(b, errs) {
				t.Errorf("%d errors and %d arrived", errs, arrived(b))
			}
		})
	}
}

func arrived(b *bench) (n int) {
	for i := range 200 {
		n += len(b.Phone(fmt.Sprintf("+227900%05d", i)))
	}
	return n
}

func TestWhatTheHouseDoesNotTakeIsPostedAgainForTenMinutes(t *testing.T) {
	b := newBench(t)
	b.refuse = true
	b.Text("+22790000001", "OUI")
	for range 20 {
		b.step(t)
		b.now = b.now.Add(6 * time.Second)
	}
	b.refuse = false
	b.step(t)
	if len(b.texts) != 1 || string(b.texts[0].Body) != "OUI" || b.texts[0].ID == "" {
		t.Errorf("got %+v, want the one text", b.texts)
	}
}

func TestRemoteControl(t *testing.T) {
	b := newBench(t)
	h := b.Routes()
	post := func(path, body string) (int, string) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
		return rec.Code, rec.Body.String()
	}
	if code, _ := post("/simulator/texts", `{"from":"+22790000001","text":"OUI"}`); code != http.StatusAccepted || len(b.texts) != 1 {
		t.Errorf("texts: got %d and %d posted, want 202 and one", code, len(b.texts))
	}
	if code, _ := post("/simulator/calls", `{"from":"+22790000001"}`); code != http.StatusAccepted || len(b.texts) != 2 || b.texts[1].Kind != reserve.InboundCall {
		t.Errorf("calls: got %d and %+v, want 202 and a call", code, b.texts)
	}
	if err := b.send(t, "r1", "+22790000002"); err != nil {
		t.Fatal(err)
	}
	code, body := post("/simulator/sent", `{"to":"+22790000002","after":0}`)
	var out struct{ Sent []simulator.Sent }
	if err := json.Unmarshal([]byte(body), &out); err != nil || code != http.StatusOK || len(out.Sent) != 1 || out.Sent[0].Text != "hello" {
		t.Errorf("sent: got %d %s, want the one text", code, body)
	}
	if _, body := post("/simulator/sent", `{"to":"","after":1}`); !strings.Contains(body, `"sent":[]`) {
		t.Errorf("sent after the last: got %s, want none", body)
	}
	if code, body := post("/simulator/settings", `{"delay_ms":50,"loss":0.1,"duplicate":0,"error_rate":0}`); code != http.StatusOK || !strings.Contains(body, `"delay_ms":50`) {
		t.Errorf("settings: got %d %s", code, body)
	}
	for _, bad := range []string{`{`, `{"unknown":1}`, `[]`, ``} {
		if code, _ := post("/simulator/settings", bad); code != http.StatusBadRequest {
			t.Errorf("%q: got %d, want 400", bad, code)
		}
	}
}
