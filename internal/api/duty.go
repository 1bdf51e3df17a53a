package api

import (
	"time"

	"muster/internal/callup"
	"muster/internal/reserve"
	"muster/internal/store"
)

// duty are the routes of those who run an open call-up.
func duty() []route {
	return []route{
		op("POST /api/v1/callups/{id}/change", reserve.MayOpenCallUp, "Move assembly points or the hour; whoever is confirmed or on stand-by is told", (*API).changeCallUp),
		op("POST /api/v1/callups/{id}/message", reserve.MayOpenCallUp, "Send a text of one's own to all confirmed", (*API).messageCallUp),
		op("POST /api/v1/callups/{id}/checkout", reserve.MayCheckIn, "Check a person out; they are asked to say when they are home", (*API).checkOut),
		op("GET /api/v1/callups/{id}/calls", reserve.MayCall, "List the people to be rung, the longest waiting first", (*API).listCalls).with("limit"),
		op("POST /api/v1/invitations/{id}/number", reserve.MayCall, "Show a number to ring; the reason is kept in the log", (*API).revealCall),
		op("POST /api/v1/invitations/{id}/call", reserve.MayCall, "Keep what a caller heard", (*API).recordCall),
		op("GET /api/v1/sending", reserve.MaySeeBoard, "Tell whether sending is stopped", (*API).sending),
		op("POST /api/v1/sending/pause", reserve.MayPause, "Stop all sending of all nodes at once", (*API).pauseSending),
		op("POST /api/v1/sending/resume", reserve.MayPause, "Let sending go on", (*API).resumeSending),
	}
}

type changeIn struct {
	Places   map[string]string `json:"places,omitempty" doc:"Assembly points by id of the need."`
	ReportBy time.Time         `json:"report_by,omitzero"`
}

func (a *API) changeCallUp(c *call, in *changeIn) (callup.View, error) {
	if len(in.Places) == 0 && in.ReportBy.IsZero() {
		return callup.View{}, reserve.Faults{reserve.Fault("places", "required")}
	}
	if err := a.CallUps.Change(c.Context(), c.actor, c.PathValue("id"), in.Places, in.ReportBy); err != nil {
		return callup.View{}, err
	}
	return a.CallUps.Show(c.Context(), c.actor, c.PathValue("id"))
}

type messageIn struct {
	Text reserve.Private `json:"text"`
}

type toldOut struct {
	Told int `json:"told" doc:"To how many it goes."`
}

func (a *API) messageCallUp(c *call, in *messageIn) (toldOut, error) {
	n, err := a.CallUps.Message(c.Context(), c.actor, c.PathValue("id"), in.Text)
	return toldOut{n}, err
}

type stayOut struct {
	Volunteer string     `json:"volunteer,omitempty"`
	In        *time.Time `json:"in"`
	Out       *time.Time `json:"out"`
}

func (a *API) checkOut(c *call, in *checkInIn) (stayOut, error) {
	if err := in.check(); err != nil {
		return stayOut{}, err
	}
	s, err := a.CallUps.CheckOut(c.Context(), c.actor, in.at(c.PathValue("id")))
	return stayOut{in.Volunteer, when(s.InAt), when(s.OutAt)}, err
}

type toCallOut struct {
	Invitation string          `json:"invitation"`
	Need       string          `json:"need"`
	Name       reserve.Private `json:"name"`
	Language   string          `json:"language"`
	Number     string          `json:"number" doc:"All but the last two digits hidden."`
	NoTexts    bool            `json:"no_texts" doc:"Can only be rung."`
	AskedAt    time.Time       `json:"asked_at"`
}

func (a *API) listCalls(c *call, _ *none) (page[toCallOut], error) {
	limit, err := c.limit()
	if err != nil {
		return page[toCallOut]{}, err
	}
	list, err := a.CallUps.CallList(c.Context(), c.actor, c.PathValue("id"), limit)
	return page[toCallOut]{Items: all(list, func(t callup.ToCall) toCallOut {
		return toCallOut{t.Invitation, t.Need, t.Name, t.Language, t.Number, t.NoTexts, store.Time(t.Asked)}
	})}, err
}

type reasonIn struct {
	Reason string `json:"reason" doc:"A code, kept in the log."`
}

type numberOut struct {
	E164 reserve.Private `json:"e164"`
}

func (a *API) revealCall(c *call, in *reasonIn) (numberOut, error) {
	n, err := a.CallUps.Reveal(c.Context(), c.actor, c.PathValue("id"), in.Reason)
	return numberOut{n}, err
}

type outcomeIn struct {
	Outcome string `json:"outcome" enum:"yes,no,later,no-answer,wrong-person"`
}

func (a *API) recordCall(c *call, in *outcomeIn) (stateOut, error) {
	id := c.PathValue("id")
	return stateOut{id, in.Outcome}, a.CallUps.RecordCall(c.Context(), c.actor, id, callup.CallOutcome(in.Outcome))
}

type sendingOut struct {
	Paused bool `json:"paused"`
}

func (a *API) sending(c *call, _ *none) (sendingOut, error) {
	paused, err := a.CallUps.Paused(c.Context())
	return sendingOut{paused}, err
}

func (a *API) pauseSending(c *call, _ *none) (sendingOut, error) {
	return sendingOut{true}, a.CallUps.Pause(c.Context(), c.actor)
}

func (a *API) resumeSending(c *call, _ *none) (sendingOut, error) {
	return sendingOut{false}, a.CallUps.Resume(c.Context(), c.actor)
}
