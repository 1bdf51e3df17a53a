package web

import (
	"slices"
	"time"

	"muster/internal/callup"
	"muster/internal/reserve"
	"muster/internal/store"
)

// boardView answers what a duty officer asks.
type boardView struct {
	desk
	At            int64
	CallUps       []openCallUp
	Unclear       int64
	OldestUnclear int64
	Gateways      []store.Gateway
	Lanes         []store.TextCount // what waits, by lane
	Queue         int64
	Unknown       int64
	Sites         []boardSite
	Hours         []int64
	Today, Total  int64
	Held          int64
	Waiting       int64
	Pairs         int64
}

// openCallUp is one open call-up.
type openCallUp struct {
	callup.View
	Lines []needLine
}

// wave says when the last wave went out: its texts are answered within the hour, or hardly ever.
func (c openCallUp) wave() (at time.Time, ok bool) {
	if len(c.Waves) == 0 {
		return at, false
	}
	return c.Waves[len(c.Waves)-1].At, true
}

// boardSite is how one site does. Node says that a field node stands there.
type boardSite struct {
	Code, Name   string
	Total, Today int64
	Node         bool
	LastContact  int64
	Undelivered  int64
}

func (v boardView) events() string { return "/console/events?drive=" + v.Drive.Code }

func (v boardView) gatewaysDead() bool {
	return len(v.Gateways) > 0 && !slices.ContainsFunc(v.Gateways, func(g store.Gateway) bool { return g.State != store.GatewayDead })
}

// sentBy is when the invitations that wait will have left, at the pace of the gateways that work; 0 where none waits, or
// nothing bounds the pace.
func (v boardView) sentBy() int64 {
	waiting, pace := int64(0), int64(0)
	for _, l := range v.Lanes {
		waiting += l.Count // answers and news go first, over the same gateways
	}
	for _, g := range v.Gateways {
		if g.State != store.GatewayDead {
			pace += g.RatePerHour
		}
	}
	if waiting == 0 || pace == 0 {
		return 0
	}
	return v.At + waiting*time.Hour.Microseconds()/pace
}

// asked says how many were asked for a need, and what became of it.
func (v desk) asked(n needLine) string {
	text := v.Text("console.invited") + " " + v.Number(int64(n.Invited)) + " · " + v.Text("console.silent") + " " + v.Number(int64(n.Silent))
	if n.Standby > 0 {
		text += " · " + v.Text("console.standby") + " " + v.Number(int64(n.Standby))
	}
	return text
}

// clock writes the hour of an instant in the drive's zone, with the day where it is another day than now.
func (v boardView) clock(µs int64) string { return v.near(µs, v.At) }

func (v view) near(µs, now int64) string {
	if µs == 0 {
		return "—"
	}
	t, n := store.Time(µs).In(v.zone()), store.Time(now).In(v.zone())
	if t.Format(time.DateOnly) == n.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return v.ltr(t.Format("2006-01-02 15:04"))
}

// ago says how long ago something was, as a person would.
func (v boardView) ago(µs int64) string { return v.since(µs, v.At) }

func (v view) since(µs, now int64) string {
	if µs == 0 {
		return v.Text("console.never")
	}
	minutes := (now - µs) / time.Minute.Microseconds()
	switch {
	case minutes < 1:
		return v.Text("console.ago-now")
	case minutes < 120:
		return v.Plural("console.ago-minutes", minutes)
	case minutes < 48*60:
		return v.Plural("console.ago-hours", minutes/60)
	}
	return v.Plural("console.ago-days", minutes/(24*60))
}

// counted fills in the people of each site.
func (v *boardView) counted(people []store.VolunteerCount) {
	at := map[string]int{}
	for _, s := range v.Drive.Sites {
		at[s.Code] = len(v.Sites)
		v.Sites = append(v.Sites, boardSite{Code: s.Code, Name: s.Name})
	}
	for _, c := range people {
		if c.State == reserve.Held {
			v.Held += c.Count
		}
		if !c.State.Counted() {
			continue
		}
		v.Total += c.Count
		if i, ok := at[c.Site]; ok {
			v.Sites[i].Total += c.Count
		}
	}
}

// came fills in what today has brought.
func (v *boardView) came(hours []store.HourCount) {
	v.Hours = make([]int64, 24)
	for _, h := range hours {
		v.Today += h.Count
		if h.Hour >= 0 && h.Hour < len(v.Hours) {
			v.Hours[h.Hour] += h.Count
		}
		for i := range v.Sites {
			if v.Sites[i].Code == h.Site {
				v.Sites[i].Today += h.Count
			}
		}
	}
}

// contacts fills in what the field nodes of each site last said.
func (v *boardView) contacts(nodes []store.Node) {
	for _, n := range nodes {
		for i := range v.Sites {
			if s := &v.Sites[i]; n.State == store.NodeTrusted && n.Site == s.Code {
				s.Node = true
				s.Undelivered += n.Undelivered
				s.LastContact = max(s.LastContact, n.LastContactAt)
			}
		}
	}
}
