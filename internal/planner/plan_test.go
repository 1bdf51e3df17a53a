package planner

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"muster/internal/reserve"
)

// morning is ten in the morning in Niamey.
var morning = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

var niamey = time.FixedZone("Niamey", 3600)

func silent(n int, age time.Duration) []Ask {
	at := morning.Add(-age).UnixMicro()
	asks := make([]Ask, n)
	for i := range asks {
		asks[i] = Ask{Channel: Text, State: reserve.Invited, AskedAt: at, SentAt: at}
	}
	return asks
}

func answered(n int, state reserve.InvitationState, age time.Duration) []Ask {
	asks := silent(n, age)
	for i := range asks {
		asks[i].State, asks[i].AnsweredAt = state, morning.Add(-age/2).UnixMicro()
	}
	return asks
}

// need is a need for 20 people in eight hours, before anybody was asked.
func need() In {
	return In{Wanted: 20, Now: morning, Deadline: morning.Add(8 * time.Hour), Pool: 1000, Function: "medical", Zone: niamey}
}

func TestWhatPlanSays(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*In)
		want   Code
		invite func(int) bool
	}{
		{"asks people at first", func(in *In) {}, Invite, func(n int) bool { return n > 40 && n < 400 }},
		{"asks nobody where the places and the stand-by are taken", func(in *In) {
			in.Asks = append(answered(60, reserve.Confirmed, time.Hour), silent(10, time.Hour)...)
			in.Confirmed = 60
		}, Enough, func(n int) bool { return n == 0 }},
		{"waits for the next wave", func(in *In) {
			in.Asks, in.LastWave = silent(60, 10*time.Minute), morning.Add(-10*time.Minute)
		}, Wait, func(n int) bool { return n == 0 }},
		{"replaces those who said no at once, and no more than those", func(in *In) {
			in.Asks, in.LastWave = append(silent(40, 10*time.Minute), answered(15, reserve.Declined, 10*time.Minute)...), morning.Add(-10*time.Minute)
		}, Replace, func(n int) bool { return n > 5 && n <= 15 }},
		{"asks nobody at night", func(in *In) { in.Now = morning.Add(13 * time.Hour); in.Deadline = in.Now.Add(12 * time.Hour) }, QuietHours, func(n int) bool { return n == 0 }},
		{"asks at night where life is at risk", func(in *In) {
			in.Now, in.Urgent = morning.Add(13*time.Hour), true
			in.Deadline = in.Now.Add(12 * time.Hour)
		}, Invite, func(n int) bool { return n > 40 }},
		{"asks nobody where nobody is left", func(in *In) { in.Pool = 0 }, PoolExhausted, func(n int) bool { return n == 0 }},
		{"asks no more than there are", func(in *In) { in.Pool = 7 }, Invite, func(n int) bool { return n == 7 }},
		{"is too late for texts forty minutes before", func(in *In) { in.Deadline = morning.Add(40 * time.Minute) }, TooLate, func(n int) bool { return n == 0 }},
		{"has people rung where it is too late for texts", func(in *In) {
			in.Deadline = morning.Add(40 * time.Minute)
			in.Lines = map[string]Line{Call: {PerSecond: 1.0 / 60, SIMs: 4}}
		}, ByCall, func(n int) bool { return n > 20 && n <= 40 }},
		{"is over after the deadline", func(in *In) { in.Deadline = morning }, Passed, func(n int) bool { return n == 0 }},
		{"gives one SIM no more than it carries until the next wave", func(in *In) {
			in.Wanted, in.Lines = 200, map[string]Line{Text: {PerSecond: 200.0 / 3600}}
		}, Invite, func(n int) bool { return n > 350 && n <= 400 }},
	} {
		in := need()
		c.change(&in)
		out := Plan(in)
		if out.Code != c.want || !c.invite(out.Invite) {
			t.Errorf("%s: got %s and %d to invite, want %s; reason %v", c.name, out.Code, out.Invite, c.want, out.Reason)
		}
		if !out.Over && !out.Next.After(in.Now) {
			t.Errorf("%s: looks again at %v, not after %v", c.name, out.Next, in.Now)
		}
	}
}

func TestLastTwoHoursAreOneBigWaveAndCalls(t *testing.T) {
	in := need()
	early := Plan(in).Invite
	in.Deadline = morning.Add(115 * time.Minute)
	if big := Plan(in).Invite; big <= early {
		t.Errorf("wave under two hours: got %d, want more than the %d of a wave with time", big, early)
	}
	in.Lines = map[string]Line{Call: {PerSecond: 1.0 / 60, SIMs: 5}}
	if out := Plan(in); out.Call == 0 {
		t.Errorf("calls beside the wave: got none; reason %v", out.Reason)
	}
}

func TestLineTooSlowForTheDeadlineIsNotFilled(t *testing.T) {
	in := need()
	in.Deadline = morning.Add(2 * time.Hour)
	in.Wanted, in.Lines = 100, map[string]Line{Text: {PerSecond: 200.0 / 3600}}
	if out := Plan(in); out.Invite > 300 {
		t.Errorf("a SIM with 200 an hour and 90 useful minutes: got %d to invite, want at most 300", out.Invite)
	}
}

func TestLimitFollowsTheNoShowsExpected(t *testing.T) {
	last := 0
	for _, arrives := range []float64{0.95, 0.9, 0.8, 0.7, 0.6, 0.5} {
		got := Limit(40, arrives, 0.01, 0.9)
		law := BetaBinomial{N: got, P: arrives, Rho: 0.01}
		if got < 40 || got < last {
			t.Errorf("limit for 40 with %.2f arriving: got %d after %d", arrives, got, last)
		}
		if away := law.Excess(40); away > TurnedAway*40 {
			t.Errorf("limit %d for 40 with %.2f arriving: %.1f turned away, want at most 6", got, arrives, away)
		}
		last = got
	}
	if got := Limit(20, 1, 0, 0.9); got != 20 {
		t.Errorf("limit for 20 who all come: got %d, want 20", got)
	}
}

func TestFixedLimitIsKept(t *testing.T) {
	in := need()
	in.FixedLimit = 20
	if out := Plan(in); out.ConfirmLimit != 20 || out.Goal != 20 {
		t.Errorf("got limit %d and goal %d, want 20", out.ConfirmLimit, out.Goal)
	}
}

// anyNeed draws a need in any state, sane or not.
func anyNeed(t *rapid.T) In {
	in := need()
	in.Wanted = rapid.IntRange(1, 120).Draw(t, "wanted")
	in.Deadline = morning.Add(time.Duration(rapid.IntRange(-60, 3000).Draw(t, "minutes left")) * time.Minute)
	in.Pool = rapid.IntRange(0, 800).Draw(t, "pool")
	in.Standby = rapid.IntRange(0, 20).Draw(t, "standby")
	in.Urgent = rapid.Bool().Draw(t, "urgent")
	if rapid.Bool().Draw(t, "slow line") {
		in.Lines = map[string]Line{Text: {PerSecond: 0.05, SIMs: 2, Receipts: rapid.Bool().Draw(t, "receipts")}}
	}
	for _, state := range []reserve.InvitationState{reserve.Invited, reserve.Confirmed, reserve.Declined, reserve.Released, reserve.Unreached, reserve.TooLate} {
		n := rapid.IntRange(0, 60).Draw(t, string(state))
		in.Asks = append(in.Asks, answered(n, state, time.Duration(rapid.IntRange(1, 600).Draw(t, "age"))*time.Minute)...)
		if state == reserve.Confirmed {
			in.Confirmed = n
		}
	}
	return in
}

func TestPlanKeepsItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyNeed(t)
		out := Plan(in)
		f := out.Forecast
		switch {
		case out.Invite < 0 || out.Invite > in.Pool:
			t.Fatalf("invites %d of %d", out.Invite, in.Pool)
		case out.Call < 0:
			t.Fatalf("calls %d", out.Call)
		case out.ConfirmLimit < in.Wanted || out.ConfirmLimit < in.Confirmed:
			t.Fatalf("limit %d with %d wanted and %d confirmed", out.ConfirmLimit, in.Wanted, in.Confirmed)
		case f.Low < 0 || f.Low > f.Median || f.Median > f.High:
			t.Fatalf("forecast %+v", f)
		case out.Chance < -1e-9 || out.Chance > 1+1e-9 || out.Expected < 0:
			t.Fatalf("chance %v, expected %v", out.Chance, out.Expected)
		}
	})
}

func TestMoreNoShowsNeverLowerTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		due := rapid.IntRange(0, 300).Draw(t, "due")
		arrived := rapid.IntRange(0, due).Draw(t, "arrived")
		more := rapid.IntRange(1, 100).Draw(t, "more no-shows")
		limit := func(due int) int {
			in := need()
			in.Wanted = 30
			in.Stats = &Stats{}
			in.Stats.Add(Group{Function: "medical", Channel: Text}, Counts{Due: float64(due), Arrived: float64(arrived)})
			return Plan(in).ConfirmLimit
		}
		if before, after := limit(due), limit(due+more); after < before {
			t.Fatalf("limit %d with %d of %d arrived, %d with %d no-shows more", before, arrived, due, after, more)
		}
	})
}

func TestMoreSilenceNeverMeansFewerInvitations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 150).Draw(t, "silent")
		age := rapid.IntRange(1, 400).Draw(t, "minutes silent")
		longer := rapid.IntRange(1, 400).Draw(t, "minutes more")
		invite := func(age int) int {
			in := need()
			in.Quiet = reserve.QuietHours{From: "00:00", To: "00:00"} // none: who is asked by night is another group
			in.Asks = silent(n, time.Duration(age)*time.Minute)
			return Plan(in).Invite
		}
		if before, after := invite(age), invite(age+longer); after < before {
			t.Fatalf("%d silent for %d minutes: %d to invite; for %d more: %d", n, age, before, longer, after)
		}
	})
}

func TestChanceOfASilentPersonIsTheFormulaOfTheFieldNotes(t *testing.T) {
	// R = 0.62·0.5, y = 0.5, half of the answers in: 0.31·0.5·0.5 / (1 − 0.31·0.5)
	if got, want := Still(0.31, 0.5, 0.5), 0.0775/0.845; got < want-1e-12 || got > want+1e-12 {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPeopleOnTheWayRaiseWhatIsExpected(t *testing.T) {
	in := need()
	in.Deadline = morning.Add(time.Hour)
	in.Asks, in.Confirmed = answered(30, reserve.Confirmed, 5*time.Hour), 30
	for i := range in.Asks {
		in.Asks[i].DepartAsked = morning.Add(-30 * time.Minute).UnixMicro()
	}
	quiet := Plan(in).Expected
	for i := range 20 {
		in.Asks[i].OnTheWayAt = morning.Add(-20 * time.Minute).UnixMicro()
	}
	if told := Plan(in).Expected; told <= quiet+3 {
		t.Errorf("expected arrivals: got %.1f with 20 of 30 on the way, %.1f with none", told, quiet)
	}
}

func TestFactorOfAPerson(t *testing.T) {
	for _, c := range []struct {
		name string
		h    History
		want float64
	}{
		{"nothing known", History{}, 1}, {"yes last time", History{LastYes: true}, 1.5}, {"silent once", History{LastYes: true, SilentRun: 1}, 1.5},
		{"silent twice", History{LastYes: true, SilentRun: 2}, 0.5},
	} {
		if got := c.h.Factor(); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	in := need()
	in.Factors = make([]float64, 1000)
	for i := range in.Factors {
		in.Factors[i] = 1.5
	}
	if keen, plain := Plan(in).Invite, Plan(need()).Invite; keen >= plain {
		t.Errorf("invitations to people who said yes last time: got %d, want fewer than %d", keen, plain)
	}
}

func TestStatisticsLearnAndSurviveStorage(t *testing.T) {
	var s Stats
	deadline := morning.Add(6 * time.Hour)
	asks := append(answered(60, reserve.Declined, time.Hour), silent(50, time.Hour)...)
	here := answered(40, reserve.Confirmed, time.Hour)
	for i := range here[:30] {
		here[i].CheckedIn = deadline.Add(-10 * time.Minute).UnixMicro()
	}
	r := Result{Function: "medical", Deadline: deadline.UnixMicro(), Asks: append(asks, here...)}
	g := Group{Function: "medical", Channel: Text}
	before := s.YesChance(g)
	s.Learn(r)
	if c := s.Counts(g); c.Replied != 100 || c.Yes != 40 || c.Due != 40 || c.Arrived != 30 || math.Abs(c.Asked-131) > 1e-6 {
		t.Errorf("counts of a call-up: got %+v", c)
	}
	if after := s.YesChance(g); after <= before {
		t.Errorf("chance of a yes after 40 of 150: got %.3f, want more than %.3f", after, before)
	}
	r.Exercise = true
	s.Learn(r)
	if c := s.Counts(g); c.Due != 40 || c.Replied != 200 {
		t.Errorf("an exercise counts for replies only: got %+v", c)
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back Stats
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || !bytes.Equal(text, again) || back.Arrives(g) != s.Arrives(g) {
		t.Errorf("read back: got %s, want %s (%v)", again, text, err)
	}
}

func TestForecastBeforeSending(t *testing.T) {
	f := ForecastIn{
		Wanted: 40, Now: morning, Deadline: morning.Add(10 * time.Hour), Pool: 2000, Group: Group{Function: "medical"},
		Line: Line{PerSecond: 5}, Parts: 1, Price: 20, Zone: niamey,
	}
	out := Forecast(f)
	if out.ConfirmLimit < 50 || out.ConfirmLimit > 60 {
		t.Errorf("confirm limit for 40 with a quarter not coming: got %d, want 50 to 60", out.ConfirmLimit)
	}
	if out.Cost != int64(out.Texts)*20 || out.Texts != 2*out.Invitations.Median {
		t.Errorf("texts and cost: got %+v", out)
	}
	if want := time.Duration(out.Texts) * time.Second / 5; out.Sending != want {
		t.Errorf("time on the line: got %v, want %v", out.Sending, want)
	}
	if out.FillBy.IsZero() || out.FillBy.After(f.Deadline.Add(-DefaultTravel)) {
		t.Errorf("filled by: got %v", out.FillBy)
	}
	f.Line = Line{PerSecond: 20.0 / 3600}
	if slow := Forecast(f); !slow.FillBy.IsZero() {
		t.Errorf("one SIM with 20 an hour fills 40 places in ten hours: got %v", slow.FillBy)
	}
	f.Line, f.Pool = Line{}, 100
	if few := Forecast(f); !few.FillBy.IsZero() || few.Invitations.High > 100 {
		t.Errorf("a pool of 100 fills 40 places: got %+v", few)
	}
}

// BenchmarkPlan is one look at a need with fifty thousand people asked.
func BenchmarkPlan(b *testing.B) {
	in := need()
	in.Wanted, in.Pool, in.Confirmed = 5000, 400_000, 3000
	in.Asks = append(answered(3000, reserve.Confirmed, 2*time.Hour), answered(7000, reserve.Declined, 2*time.Hour)...)
	in.Asks = append(in.Asks, silent(40_000, 2*time.Hour)...)
	for b.Loop() {
		Plan(in)
	}
}

// At the end few of those on their way are likely to arrive, and the limit would leap to make up for them, from 57 to 82 after
// the deadline; but who is given a seat then arrives too late as well.
func TestTheLimitStaysOnceNobodyCouldArriveInTime(t *testing.T) {
	in := In{Wanted: 40, Deadline: morning.Add(5 * time.Hour), Confirmed: 50, Standby: 10, Function: "medical", LastLimit: 52, Lines: map[string]Line{Text: {}}}
	for i := range 50 {
		a := Ask{Channel: Text, State: reserve.Confirmed, AskedAt: 1, SentAt: morning.UnixMicro(), AnsweredAt: morning.Add(time.Hour).UnixMicro(), DepartAsked: in.Deadline.Add(-90 * time.Minute).UnixMicro()}
		if i < 20 {
			a.CheckedIn = in.Deadline.Add(-40 * time.Minute).UnixMicro()
		}
		in.Asks = append(in.Asks, a)
	}
	in.Now = in.Deadline.Add(-20 * time.Minute)
	if got := Plan(in).ConfirmLimit; got <= 52 {
		t.Errorf("while the nearest can still arrive: limit %d, want more than 52 for those who stay away", got)
	}
	for _, left := range []time.Duration{5 * time.Minute, time.Minute, 0, -time.Minute, -time.Hour} {
		in.Now = in.Deadline.Add(-left)
		if got := Plan(in).ConfirmLimit; got != 52 {
			t.Errorf("%v before the deadline: limit %d, want it to stay at 52", left, got)
		}
	}
}
