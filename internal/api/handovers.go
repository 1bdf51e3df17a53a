package api

import (
	"net/http"
	"time"

	"muster/internal/handover"
	"muster/internal/reserve"
	"muster/internal/store"
)

// handovers are the routes about lists that leave.
func handovers() []route {
	return []route{
		op("GET /api/v1/drives/{drive}/handovers", reserve.MayPrepareList, "List a drive's hand-overs, the newest first", (*API).listHandovers),
		op("POST /api/v1/drives/{drive}/handovers", reserve.MayPrepareList, "Prepare a list for a recipient, for a second person to approve", (*API).prepareList).answers(http.StatusCreated, ""),
		op("GET /api/v1/handovers/{id}", reserve.MayPrepareList, "Show a hand-over", (*API).showHandover),
		op("POST /api/v1/handovers/{id}/approve", reserve.MayApproveList, "Approve a list as a second person, with its exact count", (*API).approveList),
		op("POST /api/v1/handovers/{id}/seal", reserve.MaySealList, "Seal an approved list to its recipient's key", (*API).sealList),
		op("GET /api/v1/handovers/{id}/file", reserve.MayPrepareList, "Fetch the sealed file", (*API).listFile).answers(http.StatusOK, "application/octet-stream"),
	}
}

type handoverOut struct {
	ID         string     `json:"id"`
	Drive      string     `json:"drive"`
	Recipient  string     `json:"recipient"`
	Purpose    string     `json:"purpose"`
	State      string     `json:"state"`
	Count      int64      `json:"count"`
	Fields     []string   `json:"fields"`
	Functions  []string   `json:"functions"`
	Sites      []string   `json:"sites"`
	Sequence   int64      `json:"sequence,omitempty"`
	PreparedBy string     `json:"prepared_by"`
	PreparedAt time.Time  `json:"prepared_at"`
	ApprovedBy string     `json:"approved_by,omitempty"`
	ApprovedAt *time.Time `json:"approved_at,omitempty"`
	SealedAt   *time.Time `json:"sealed_at,omitempty"`
	ExpiresAt  time.Time  `json:"expires_at"`
	ReceiptAt  *time.Time `json:"receipt_at,omitempty"`
}

func shownList(h store.Handover) handoverOut {
	return handoverOut{h.ID, h.Drive, h.Recipient, h.Purpose, string(h.State), h.Count, all(h.Fields, same), all(h.Functions, same), all(h.Sites, same), h.Sequence,
		h.PreparedBy, store.Time(h.PreparedAt), h.ApprovedBy, when(h.ApprovedAt), when(h.SealedAt), store.Time(h.ExpiresAt), when(h.ReceiptAt)}
}

func (a *API) listHandovers(c *call, _ *none) (page[handoverOut], error) {
	if _, err := a.Registry.Drive(c.Context(), c.PathValue("drive")); err != nil {
		return page[handoverOut]{}, err
	}
	got, err := a.Lists.Handovers(c.Context(), c.actor, c.PathValue("drive"))
	return page[handoverOut]{Items: all(got, shownList)}, err
}

type handoverIn struct {
	Recipient string   `json:"recipient"`
	Purpose   string   `json:"purpose"`
	Functions []string `json:"functions,omitempty" doc:"All that the sender may see where absent."`
	Fields    []string `json:"fields,omitempty" doc:"What is needed to call somebody where absent."`
}

func (a *API) prepareList(c *call, in *handoverIn) (handoverOut, error) {
	h, err := a.Lists.Prepare(c.Context(), c.actor, handover.Request{Session: c.in.Session, Drive: c.PathValue("drive"), Recipient: in.Recipient, Purpose: in.Purpose,
		Functions: in.Functions, Fields: in.Fields})
	return shownList(h), err
}

func (a *API) showHandover(c *call, _ *none) (handoverOut, error) {
	h, err := a.Lists.Handover(c.Context(), c.actor, c.PathValue("id"))
	return shownList(h), err
}

type approveIn struct {
	Count *int64 `json:"count" doc:"The exact number of entries, typed by whoever approves."`
}

func (a *API) approveList(c *call, in *approveIn) (handoverOut, error) {
	if in.Count == nil {
		return handoverOut{}, reserve.Faults{reserve.Fault("count", "required")}
	}
	if err := a.Lists.Approve(c.Context(), c.actor, c.in.Session, c.PathValue("id"), *in.Count); err != nil {
		return handoverOut{}, err
	}
	return a.showHandover(c, nil)
}

func (a *API) sealList(c *call, _ *none) (handoverOut, error) {
	if _, err := a.Lists.Seal(c.Context(), c.actor, c.PathValue("id")); err != nil {
		return handoverOut{}, err
	}
	return a.showHandover(c, nil)
}

func (a *API) listFile(c *call, _ *none) (raw, error) {
	file, err := a.Lists.File(c.Context(), c.actor, c.PathValue("id"))
	return raw{"application/octet-stream", file, "handover.muster-list"}, err
}
