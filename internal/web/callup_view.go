package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"muster/internal/callup"
	"muster/internal/reserve"
)

// localTime is the form of a time field in HTML, without a zone: the drive's.
const localTime = "2006-01-02T15:04"

// callUpsView is a drive's call-ups.
type callUpsView struct {
	desk
	List []reserve.CallUp
}

// callUpView is one call-up.
type callUpView struct {
	desk
	CallUp callup.View
	Faults reserve.Faults
}

func (v callUpView) here(path string) templ.SafeURL {
	return templ.SafeURL("/console/callups/" + v.CallUp.ID + path)
}

func (v callUpView) open() bool { return v.CallUp.State == string(reserve.CallUpOpen) }

func (v view) time(t time.Time) string { return v.ltr(t.In(v.zone()).Format("2006-01-02 15:04")) }

func (v callUpView) unclear() string {
	n := 0
	for _, need := range v.CallUp.Needs {
		n += need.Unclear
	}
	return v.Number(int64(n))
}

func (v callUpView) line(n callup.NeedView) needLine { return v.needLine(n) }

// needLine is a need as shown, ready to be drawn.
func (v desk) needLine(n callup.NeedView) needLine {
	line := needLine{Expect: n.ExpectedArrivals, Low: n.Forecast.Low, Median: n.Forecast.Median, High: n.Forecast.High, Silent: n.Silent,
		Name: v.function(n.Function), Need: reserve.Need{ID: n.ID, Function: n.Function, Qualification: n.Qualification, Wanted: n.Wanted,
			Confirmed: n.Confirmed, Arrived: n.CheckedIn, ConfirmLimit: n.ConfirmLimit, Invited: n.Invited, Standby: n.Standby}}
	if n.Qualification != "" {
		line.Name += " · " + v.qualification(n.Qualification)
	}
	return line
}

func (v callUpView) levelAsked(level int) string {
	if level == 0 {
		return v.Text("console.all")
	}
	return "1–" + strconv.Itoa(level)
}

func (v callUpView) insured() string {
	if v.CallUp.Risk.Insurance == nil {
		return ""
	}
	if *v.CallUp.Risk.Insurance {
		return v.Text("console.yes")
	}
	return v.Text("console.no")
}

// shownWave is a wave with the function it asks for.
type shownWave struct {
	callup.WaveView
	Function string
	Newest   bool
}

// waves lists the waves, the newest first.
func (v callUpView) waves() []shownWave {
	function := map[string]string{}
	for _, n := range v.CallUp.Needs {
		function[n.ID] = n.Function
	}
	out := make([]shownWave, 0, len(v.CallUp.Waves))
	for _, w := range slices.Backward(v.CallUp.Waves) {
		out = append(out, shownWave{w, function[w.Need], len(out) == 0})
	}
	return out
}

// why says in words what the planner's figures of a wave mean.
func (v callUpView) why(reason map[string]int64) string {
	return v.Text("console.why", "open", v.Number(reason["open"]), "limit", v.Number(reason["confirm_limit"]), "share", tenths(reason["expected_share"]),
		"arrive", tenths(reason["arrive_share"]), "arrivals", v.Number(reason["arrivals"]), "pool", v.Number(reason["pool"]))
}

// tenths writes a share in thousandths as a percentage.
func tenths(thousandths int64) string { return strconv.FormatInt((thousandths+5)/10, 10) + " %" }

// notAsked counts by reason who could not be asked, the most first.
func (v callUpView) notAsked(reason map[string]int64) []pairLine {
	type counted struct {
		why string
		n   int64
	}
	var list []counted
	for name, n := range reason {
		if why, ok := strings.CutPrefix(name, "not-asked."); ok && n > 0 {
			list = append(list, counted{why, n})
		}
	}
	slices.SortFunc(list, func(a, b counted) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.why, b.why)) })
	out := make([]pairLine, len(list))
	for i, c := range list {
		out[i] = pairLine{Label: v.Text("reason." + c.why), A: v.Number(c.n)}
	}
	return out
}
