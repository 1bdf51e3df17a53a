package callup

import (
	"context"
	"fmt"
	"strings"
	"time"

	"muster/internal/planner"
	"muster/internal/reserve"
	"muster/internal/store"
)

// View is a call-up as shown (CONTRACT "A call-up as sent and as shown").
type View struct {
	ID       string       `json:"id"`
	Drive    string       `json:"drive"`
	Code     string       `json:"code"`
	State    string       `json:"state"`
	Urgent   bool         `json:"urgent"`
	Exercise bool         `json:"exercise"`
	OpenedAt time.Time    `json:"opened_at"`
	ClosedAt *time.Time   `json:"closed_at,omitempty"`
	ReportBy time.Time    `json:"report_by"`
	Risk     reserve.Risk `json:"risk"`
	Needs    []NeedView   `json:"needs"`
	Waves    []WaveView   `json:"waves"`
	NextStep *time.Time   `json:"next_step,omitempty"`
}

// NeedView is one need as shown. AssemblyPoint is empty on a locked node.
type NeedView struct {
	ID               string        `json:"id"`
	Function         string        `json:"function"`
	Qualification    string        `json:"qualification,omitempty"`
	Wanted           int           `json:"wanted"`
	Level            int           `json:"level"`
	AssemblyPoint    string        `json:"assembly_point,omitempty"`
	Area             string        `json:"area,omitempty"`
	ConfirmLimit     int           `json:"confirm_limit"`
	StandbyMax       int           `json:"standby_max"`
	Confirmed        int           `json:"confirmed"`
	Standby          int           `json:"standby"`
	ExpectedArrivals float64       `json:"expected_arrivals"`
	Invited          int           `json:"invited"`
	Silent           int           `json:"silent"`
	Declined         int           `json:"declined"`
	Unclear          int           `json:"unclear"`
	Unreached        int           `json:"unreached"`
	Full             int           `json:"full"`
	WalkIns          int           `json:"walk_ins"`
	CheckedIn        int           `json:"checked_in"`
	ArrivedInTime    int           `json:"arrived_in_time"`
	TurnedAway       int           `json:"turned_away"`
	Forecast         planner.Range `json:"forecast_by_deadline"`
}

// WaveView is one wave as shown.
type WaveView struct {
	Need   string           `json:"need"`
	Number int              `json:"number"`
	At     time.Time        `json:"at"`
	Size   int              `json:"size"`
	Reason map[string]int64 `json:"reason"`
}

// Show gives a call-up with its counts, from the rows themselves, and a forecast for each need. Needs outside the actor's
// compartments are left out. It works on a locked node, without what is sealed.
func (c *CallUps) Show(ctx context.Context, actor reserve.Actor, id string) (View, error) {
	if err := reserve.Demand(actor, reserve.MaySeeBoard); err != nil {
		return View{}, err
	}
	k, err := c.kept(ctx, actor, id)
	if err != nil {
		return View{}, err
	}
	d, err := c.drive(ctx, k.Drive)
	if err != nil {
		return View{}, err
	}
	zone := d.Zone()
	v := View{ID: k.ID, Drive: k.Drive, Code: k.Code, State: string(k.State), Urgent: k.Urgent, Exercise: k.Exercise, Risk: k.Risk, Needs: []NeedView{}, Waves: []WaveView{},
		OpenedAt: store.Time(k.OpenedAt).In(zone), ReportBy: store.Time(k.ReportBy).In(zone)}
	if k.State == reserve.CallUpOpen {
		next := store.Time(k.NextStepAt).In(zone)
		v.NextStep = &next
	} else {
		closed := store.Time(k.ClosedAt).In(zone)
		v.ClosedAt = &closed
	}
	p, err := c.outlook(ctx, &k)
	if err != nil {
		return View{}, err
	}
	shown := map[string]bool{}
	for _, n := range k.Needs {
		if !reserve.InScope(reserve.Actor{Kind: actor.Kind, Functions: actor.Functions}, "", []string{n.Function}) {
			continue
		}
		shown[n.ID] = true
		v.Needs = append(v.Needs, p.view(n))
	}
	for _, w := range p.waves {
		if shown[w.Need] {
			v.Waves = append(v.Waves, WaveView{Need: w.Need, Number: w.Number, At: store.Time(w.At).In(zone), Size: w.Size, Reason: w.Reason})
		}
	}
	return v, nil
}

// outlook is what the counts of a call-up are shown with.
type outlook struct {
	plan
	counts map[string]store.InvitationCount
	waves  []reserve.Wave
}

func (c *CallUps) outlook(ctx context.Context, k *store.KeptCallUp) (*outlook, error) {
	p, err := c.plan(ctx, k, c.Now())
	if err != nil {
		return nil, err
	}
	o := &outlook{plan: *p}
	err = c.Store.View(ctx, func(r *store.Read) (err error) {
		if o.counts, err = r.InvitationCounts(k.ID); err != nil {
			return err
		}
		o.waves, err = r.Waves(k.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count a call-up: %w", err)
	}
	return o, nil
}

func (o *outlook) view(n reserve.Need) NeedView {
	count := o.counts[n.ID]
	out := planner.Plan(o.in(n, pool{}))
	return NeedView{ID: n.ID, Function: n.Function, Qualification: n.Qualification, Wanted: n.Wanted, Level: n.Level, AssemblyPoint: n.AssemblyPoint, Area: n.Area,
		ConfirmLimit: n.ConfirmLimit, StandbyMax: n.StandbyMax, Confirmed: n.Confirmed, Standby: n.Standby, ExpectedArrivals: out.Expected,
		Invited: count.Total, Silent: count.Of[reserve.Invited] - count.Unclear, Declined: count.Of[reserve.Declined] + count.Of[reserve.Released], Unclear: count.Unclear,
		Unreached: count.Of[reserve.Unreached], Full: count.Of[reserve.TooLate], WalkIns: count.WalkIns,
		CheckedIn: n.CheckedIn, ArrivedInTime: n.Arrived, TurnedAway: n.TurnedAway, Forecast: out.Forecast}
}

// Report is what a call-up came to, in numbers only (HPP-PHEP J.2 among them).
type Report struct {
	Needs []NeedReport `json:"needs"`
	Texts int64        `json:"texts"` // handed over, of all kinds
}

// NeedReport is one need of a Report.
type NeedReport struct {
	Function      string  `json:"function"`
	Wanted        int     `json:"wanted"`
	Invited       int     `json:"invited"`
	Answered      int     `json:"answered"`
	Confirmed     int     `json:"confirmed"`
	ArrivedInTime int     `json:"arrived_in_time"`
	Arrived       int     `json:"arrived"`
	NoShows       int     `json:"no_shows"`
	WalkIns       int     `json:"walk_ins"`
	TurnedAway    int     `json:"turned_away"`
	J2            float64 `json:"hpp_phep_j2"` // arrived in time ÷ wanted
	// NotAsked counts, by reason, the people who could not be asked when the last wave was made; one person can have several.
	NotAsked map[string]int64 `json:"not_asked"`
}

// Report counts a call-up.
func (c *CallUps) Report(ctx context.Context, actor reserve.Actor, id string) (Report, error) {
	v, err := c.Show(ctx, actor, id)
	if err != nil {
		return Report{}, err
	}
	out := Report{Needs: []NeedReport{}}
	err = c.Store.View(ctx, func(r *store.Read) error {
		list, err := r.CountTexts(id)
		for _, t := range list {
			if t.State == store.Sent || t.State == store.Delivered || t.State == store.Failed || t.State == store.Unknown {
				out.Texts += t.Count
			}
		}
		return err
	})
	if err != nil {
		return out, fmt.Errorf("count texts: %w", err)
	}
	for _, n := range v.Needs {
		r := NeedReport{Function: n.Function, Wanted: n.Wanted, Invited: n.Invited, Confirmed: n.Confirmed, ArrivedInTime: n.ArrivedInTime, Arrived: n.CheckedIn, WalkIns: n.WalkIns,
			TurnedAway: n.TurnedAway, Answered: n.Confirmed + n.Standby + n.Declined + n.Full + n.Unclear, J2: float64(n.ArrivedInTime) / float64(n.Wanted), NotAsked: map[string]int64{}}
		r.NoShows = max(0, n.Confirmed+n.WalkIns-n.CheckedIn-n.TurnedAway)
		for _, w := range v.Waves {
			for name, count := range w.Reason {
				if why, ok := strings.CutPrefix(name, "not-asked."); ok && w.Need == n.ID {
					r.NotAsked[why] = count
				}
			}
		}
		out.Needs = append(out.Needs, r)
	}
	return out, nil
}

// List gives a drive's call-ups, the newest first, as far as the actor may know of them.
func (c *CallUps) List(ctx context.Context, actor reserve.Actor, drive string, limit int) ([]reserve.CallUp, error) {
	if err := reserve.Demand(actor, reserve.MaySeeBoard); err != nil {
		return nil, err
	}
	var out []reserve.CallUp
	err := c.Store.View(ctx, func(r *store.Read) error {
		list, err := r.CallUps(drive, limit)
		for _, k := range list {
			if inScope(actor, k) {
				out = append(out, k.CallUp)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list call-ups: %w", err)
	}
	return out, nil
}
