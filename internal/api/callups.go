package api

import (
	"net/http"
	"time"

	"muster/internal/callup"
	"muster/internal/reserve"
	"muster/internal/store"
)

// callups are the routes about call-ups.
func callups() []route {
	return []route{
		op("GET /api/v1/drives/{drive}/callups", reserve.MaySeeBoard, "List a drive's call-ups, the newest first", (*API).listCallUps).with("limit"),
		op("POST /api/v1/drives/{drive}/callups", reserve.MayOpenCallUp, "Open a call-up; the first wave leaves at once", (*API).openCallUp).answers(http.StatusCreated, ""),
		op("GET /api/v1/callups/{id}", reserve.MaySeeBoard, "Show a call-up with its counts and forecasts", (*API).showCallUp),
		op("POST /api/v1/callups/{id}/close", reserve.MayOpenCallUp, "Close a call-up; whoever is still asked is told", (*API).closeCallUp),
		op("POST /api/v1/callups/{id}/checkin", reserve.MayCheckIn, "Check a person in, by id, receipt or number; twice is once", (*API).checkIn),
		op("GET /api/v1/callups/{id}/report", reserve.MaySeeBoard, "Report what a call-up came to, in numbers", (*API).reportCallUp),
	}
}

type callUpOut struct {
	ID       string    `json:"id"`
	Code     string    `json:"code"`
	State    string    `json:"state"`
	Urgent   bool      `json:"urgent"`
	Exercise bool      `json:"exercise"`
	OpenedAt time.Time `json:"opened_at"`
	ReportBy time.Time `json:"report_by"`
}

func (a *API) listCallUps(c *call, _ *none) (page[callUpOut], error) {
	limit, err := c.limit()
	if err != nil {
		return page[callUpOut]{}, err
	}
	if _, err := a.Registry.Drive(c.Context(), c.PathValue("drive")); err != nil {
		return page[callUpOut]{}, err
	}
	list, err := a.CallUps.List(c.Context(), c.actor, c.PathValue("drive"), limit)
	return page[callUpOut]{Items: all(list, func(k reserve.CallUp) callUpOut {
		return callUpOut{k.ID, k.Code, string(k.State), k.Urgent, k.Exercise, store.Time(k.OpenedAt), store.Time(k.ReportBy)}
	})}, err
}

type needIn struct {
	Function      string `json:"function"`
	Qualification string `json:"qualification,omitempty"`
	Wanted        int    `json:"wanted"`
	Level         int    `json:"level,omitempty" doc:"0 takes the unverified too, n those verified at 1 (best) to n."`
	AssemblyPoint string `json:"assembly_point"`
	Area          string `json:"area,omitempty" doc:"P-code within which people are asked."`
	ConfirmLimit  *int   `json:"confirm_limit,omitempty" doc:"Fixes the limit; the planner sets it otherwise."`
	StandbyMax    *int   `json:"standby_max,omitempty" doc:"Half of wanted where absent."`
}

type riskIn struct {
	Hazards   string `json:"hazards"`
	Equipment string `json:"equipment"`
	Insurance *bool  `json:"insurance"`
	Refund    string `json:"refund"`
	Contact   string `json:"contact"`
}

type callUpIn struct {
	Needs    []needIn  `json:"needs"`
	ReportBy time.Time `json:"report_by"`
	Urgent   bool      `json:"urgent,omitempty" doc:"Life at risk: quiet hours do not hold; asks for a reason."`
	Exercise bool      `json:"exercise,omitempty"`
	Risk     riskIn    `json:"risk"`
	Reason   string    `json:"reason,omitempty"`
}

func (a *API) openCallUp(c *call, in *callUpIn) (callup.View, error) {
	req := reserve.CallUpRequest{Drive: c.PathValue("drive"), ReportBy: in.ReportBy, Urgent: in.Urgent, Exercise: in.Exercise, Risk: reserve.Risk(in.Risk), Reason: in.Reason}
	for _, n := range in.Needs {
		req.Needs = append(req.Needs, reserve.NeedRequest(n))
	}
	opened, err := a.CallUps.Open(c.Context(), c.actor, req)
	if err != nil {
		return callup.View{}, err
	}
	return a.CallUps.Show(c.Context(), c.actor, opened.ID)
}

func (a *API) showCallUp(c *call, _ *none) (callup.View, error) {
	return a.CallUps.Show(c.Context(), c.actor, c.PathValue("id"))
}

func (a *API) closeCallUp(c *call, _ *none) (callup.View, error) {
	if err := a.CallUps.Close(c.Context(), c.actor, c.PathValue("id")); err != nil {
		return callup.View{}, err
	}
	return a.CallUps.Show(c.Context(), c.actor, c.PathValue("id"))
}

func (a *API) reportCallUp(c *call, _ *none) (callup.Report, error) {
	return a.CallUps.Report(c.Context(), c.actor, c.PathValue("id"))
}

type checkInIn struct {
	Volunteer string          `json:"volunteer,omitempty" doc:"Id; or receipt, or phone."`
	Receipt   string          `json:"receipt,omitempty"`
	Phone     reserve.Private `json:"phone,omitempty"`
	Need      string          `json:"need,omitempty" doc:"Id of the need, where the call-up has several."`
	At        time.Time       `json:"at,omitzero" doc:"When they came, where the desk was offline."`
}

type checkInOut struct {
	Volunteer  string          `json:"volunteer"`
	Name       reserve.Private `json:"name"`
	Since      *time.Time      `json:"since,omitempty"`
	By         string          `json:"by,omitempty"`
	Repeat     bool            `json:"repeat" doc:"Was checked in before, at since, by by."`
	WalkIn     bool            `json:"walk_in" doc:"Came without a yes."`
	TurnedAway bool            `json:"turned_away" doc:"All wanted are there."`
}

// check finds a check-in of nobody.
func (in *checkInIn) check() error {
	if in.Volunteer == "" && in.Receipt == "" && in.Phone == "" {
		return reserve.Faults{reserve.Fault("volunteer", "required")}
	}
	return nil
}

func (in *checkInIn) at(id string) callup.At {
	return callup.At{CallUp: id, Need: in.Need, Volunteer: in.Volunteer, Receipt: in.Receipt, Phone: in.Phone, When: in.At}
}

func (a *API) checkIn(c *call, in *checkInIn) (checkInOut, error) {
	if err := in.check(); err != nil {
		return checkInOut{}, err
	}
	got, err := a.CallUps.CheckIn(c.Context(), c.actor, in.at(c.PathValue("id")))
	return checkInOut{got.Volunteer, got.Name, when(got.Since), got.By, got.Repeat, got.WalkIn, got.TurnedAway}, err
}
