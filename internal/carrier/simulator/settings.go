package simulator

import "time"

// Settings is how badly the network behaves. Shares are between 0 and 1.
type Settings struct {
	DelayMS     int64   `json:"delay_ms"`     // between a text and its phone, either way
	Loss        float64 `json:"loss"`         // of texts to phones that never arrive
	InboundLoss float64 `json:"inbound_loss"` // of texts from phones that never arrive; calls still do
	Duplicate   float64 `json:"duplicate"`    // of texts and reports that come twice, texts from phones under a new id
	ErrorRate   float64 `json:"error_rate"`   // of hand-overs that are answered by an error
	LostAnswer  float64 `json:"lost_answer"`  // of hand-overs that are taken without an answer
	Reordering  float64 `json:"reordering"`   // of texts and reports that are held back behind later ones
	Rate        int     `json:"rate"`         // texts an hour that are taken; 0 is no limit
	Down        bool    `json:"down"`         // nothing is taken at all
}

func (s Settings) delay() time.Duration { return time.Duration(s.DelayMS) * time.Millisecond }

// heldBack is how much later a text comes that is out of order.
const heldBack = 7 * time.Second
