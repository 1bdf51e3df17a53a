package simulator

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"muster/internal/reserve"
)

// The kinds of messages.
const (
	kindText   = "text"
	kindCall   = "call"
	kindReport = "report"
)

// Message is what the simulator posts to the house: a text or missed call from a phone, or a report on a text to one.
type Message struct {
	Kind   string    `json:"kind"`
	ID     string    `json:"id,omitempty"`  // of the message; of a report, the id the text was given
	Ref    string    `json:"ref,omitempty"` // of a report: the house's own reference
	From   string    `json:"from,omitempty"`
	To     string    `json:"to,omitempty"`
	Text   []byte    `json:"text,omitempty"` // base64 in JSON, so that any bytes can be sent
	SentAt time.Time `json:"sent_at,omitzero"`
	State  string    `json:"state,omitempty"` // delivered, failed, sent
	Part   int       `json:"part,omitempty"`
}

func (m Message) encode() ([]byte, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write message: %w", err)
	}
	return body, nil
}

// mostPosted is more than any message of the simulator takes: a text of ten parts in base64.
const mostPosted = 16 << 10

// Name is the carrier's name in addresses and rows.
const Name = "simulator"

// Decode reads what the simulator posts. Its error is Invalid with code "bad-json", or "unknown-kind".
func (s *Simulator) Decode(r *http.Request) ([]reserve.Inbound, []reserve.DeliveryReport, error) {
	return Decode(r)
}

// Decode reads what a simulator posts.
func Decode(r *http.Request) ([]reserve.Inbound, []reserve.DeliveryReport, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, mostPosted))
	if err != nil {
		return nil, nil, fmt.Errorf("read message: %w", err)
	}
	var m Message
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, nil, reserve.Fault("", "bad-json")
	}
	switch m.Kind {
	case kindText, kindCall:
		kind := reserve.InboundText
		if m.Kind == kindCall {
			kind = reserve.InboundCall
		}
		return []reserve.Inbound{{Carrier: Name, ID: m.ID, Kind: kind, From: reserve.Private(m.From), To: m.To, Body: m.Text, SentAt: m.SentAt}}, nil, nil
	case kindReport:
		return nil, []reserve.DeliveryReport{{Carrier: Name, CarrierRef: m.ID, Ref: m.Ref, Part: m.Part, State: reserve.DeliveryState(m.State), At: m.SentAt}}, nil
	}
	return nil, nil, reserve.Fault("kind", "unknown-kind")
}
