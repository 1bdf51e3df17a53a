package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"muster/internal/reserve"
)

// openNeeds is how many needs the form has room for; more are a second call-up, or a file on the command line.
const openNeeds = 4

// openView is the form of a new call-up with what was typed and what is wrong.
type openView struct {
	desk
	Values url.Values
	Faults reserve.Faults
}

func (v openView) id(i int, name string) string { return "need" + strconv.Itoa(i+1) + "_" + name }

func (v openView) filled(i int) bool {
	return v.Values.Get(v.id(i, "wanted")) != "" || v.Values.Get(v.id(i, "assembly_point")) != ""
}

func (v openView) levelChoice(level string) string {
	if level == "0" {
		return v.Text("console.all")
	}
	return "1–" + level
}

// where is the element that a fault's link leads to, and what the field is called.
func (v openView) where(field string) (anchor, label string) {
	switch field {
	case "needs.wanted", "needs.function", "needs.level", "needs.area":
		name := strings.TrimPrefix(field, "needs.")
		return v.id(0, name), "console." + name
	case "needs.qualification":
		return v.id(0, "qualification"), "console.qualifications"
	case "needs.assembly_point":
		return v.id(0, "assembly_point"), "console.assembly-point"
	case "needs.confirm_limit":
		return v.id(0, "confirm_limit"), "console.confirm-limit"
	case "report_by":
		return "f-report_by", "console.report-by"
	case "risk.contact":
		return "f-risk.contact", "console.risk-contact"
	case "reason", "risk.hazards", "risk.equipment", "risk.insurance", "risk.refund":
		return "f-" + field, "console." + strings.TrimPrefix(field, "risk.")
	}
	return "", ""
}

func (v openView) describe(field string) string {
	if hasFault(v.Faults, field) {
		return "fault-" + field
	}
	return ""
}

func (w *Web) openForm(rw http.ResponseWriter, r *http.Request, v desk) error {
	v.Section = "callups"
	o := openView{desk: v, Values: url.Values{"need1_function": {r.URL.Query().Get("function")}}}
	return render(rw, r, http.StatusOK, openPage(o))
}

func (w *Web) openCallUp(rw http.ResponseWriter, r *http.Request, v desk) error {
	if err := r.ParseForm(); err != nil {
		return formFault(err)
	}
	v.Section = "callups"
	o := openView{desk: v, Values: r.PostForm}
	req, faults := o.request(w)
	if len(faults) == 0 {
		c, err := w.CallUps.Open(r.Context(), v.By.Actor, req)
		if err == nil {
			return back(rw, r, "/console/callups/"+c.ID, "opened")
		}
		if !told(err) {
			return err
		}
		faults = reserve.FaultsOf(err)
	} else {
		// What can be read is judged too, so that everything is told at once.
		faults = append(faults, withoutRepeats(req.Check(v.Drive, w.Now()), faults)...)
	}
	o.Faults = faults
	return render(rw, r, http.StatusUnprocessableEntity, openPage(o))
}

// withoutRepeats leaves out faults of fields that have one already.
func withoutRepeats(more, had reserve.Faults) reserve.Faults {
	return slices.DeleteFunc(more, func(e *reserve.Error) bool { return hasFault(had, e.Field) })
}

// request reads the form. Faults are of what cannot be read; the rest is the work package's.
func (v openView) request(w *Web) (reserve.CallUpRequest, reserve.Faults) {
	f := v.Values
	req := reserve.CallUpRequest{Drive: v.Drive.Code, Urgent: f.Get("urgent") != "", Exercise: f.Get("exercise") != "", Reason: strings.TrimSpace(f.Get("reason")),
		Risk: reserve.Risk{Hazards: oneLine(f.Get("risk.hazards")), Equipment: oneLine(f.Get("risk.equipment")), Refund: oneLine(f.Get("risk.refund")), Contact: oneLine(f.Get("risk.contact"))}}
	if answer := f.Get("risk.insurance"); answer != "" {
		yes := answer == "yes"
		req.Risk.Insurance = &yes
	}
	var faults reserve.Faults
	by, err := time.ParseInLocation(localTime, f.Get("report_by"), v.zone())
	if err != nil {
		faults = append(faults, reserve.Fault("report_by", "time-unreadable"))
	}
	req.ReportBy = by
	for i := range openNeeds {
		if i > 0 && !v.filled(i) {
			continue
		}
		n, bad := v.need(w, i)
		req.Needs = append(req.Needs, n)
		faults = append(faults, bad...)
	}
	return req, faults
}

func (v openView) need(w *Web, i int) (n reserve.NeedRequest, faults reserve.Faults) {
	text := func(name string) string { return oneLine(v.Values.Get(v.id(i, name))) }
	number := func(name string) int {
		k, err := strconv.Atoi(text(name))
		if err != nil && text(name) != "" {
			faults = append(faults, reserve.Fault("needs."+name, "not-a-number"))
		}
		return k
	}
	n = reserve.NeedRequest{Function: text("function"), Qualification: text("qualification"), Wanted: number("wanted"), Level: number("level"), AssemblyPoint: text("assembly_point")}
	if text("confirm_limit") != "" {
		limit := number("confirm_limit")
		n.ConfirmLimit = &limit
	}
	if area := text("area"); area != "" {
		p, ok := w.Gazetteer.Resolve(area, v.Drive.Country)
		if !ok {
			if p, ok = w.Gazetteer.ByCode(area); !ok {
				faults = append(faults, reserve.Fault("needs.area", "unknown-place"))
			}
		}
		n.Area = p.Code
	}
	return n, faults
}
