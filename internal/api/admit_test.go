package api

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"muster/internal/reserve"
)

func TestTheFormAndTheAPIShareOneLimit(t *testing.T) {
	now := time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC)
	a := &API{Config: Config{Address: func(*http.Request) netip.Addr { return netip.MustParseAddr("10.1.2.3") }}, limits: newLimiter(func() time.Time { return now })}
	r := httptest.NewRequest(http.MethodPost, "/x/join", nil)
	for n := range 500 {
		if err := a.Admit(r); err != nil {
			t.Fatalf("registration %d of one address in a burst: %v", n+1, err)
		}
	}
	if err := a.limits.take(netip.MustParseAddr("10.1.2.3")); reserve.KindOf(err) != reserve.TooMany {
		t.Errorf("one more through the other door: got %v, want too many", err)
	}
}
