package store

import "fmt"

// GatewayState says how a gateway does.
type GatewayState string

// The states of a gateway.
const (
	GatewayAlive GatewayState = "alive"
	GatewaySlow  GatewayState = "slow" // failing, for less than a minute
	GatewayDead  GatewayState = "dead" // its queue goes to the next
)

// Gateway is one carrier connection as all nodes see it.
type Gateway struct {
	Carrier       string
	State         GatewayState
	RatePerHour   int64 // 0: no limit
	LastOKAt      int64
	LastFailureAt int64
	FailingSince  int64 // 0 while all is well
	NextSendAt    int64
	Failures      int64
}

const gatewayColumns = `carrier, state, rate_per_hour, last_ok_at, last_failure_at, failing_since, next_send_at, failures`

// PutGateway makes a gateway known, or sets its rate; how it does is kept.
func (tx *Tx) PutGateway(carrier string, ratePerHour int64) error {
	_, err := tx.exec(`INSERT INTO gateway (carrier, state, rate_per_hour, last_ok_at, last_failure_at, failing_since, next_send_at, failures)
		VALUES ($1, 'alive', $2, 0, 0, 0, 0, 0) ON CONFLICT (carrier) DO UPDATE SET rate_per_hour = excluded.rate_per_hour`, carrier, ratePerHour)
	return err
}

// Gateways lists the gateways by name.
func (r *Read) Gateways() ([]Gateway, error) {
	return all(r.conn, scanGateway, `SELECT `+gatewayColumns+` FROM gateway ORDER BY carrier`)
}

func scanGateway(row scanner) (Gateway, error) {
	var g Gateway
	err := row.Scan(&g.Carrier, &g.State, &g.RatePerHour, &g.LastOKAt, &g.LastFailureAt, &g.FailingSince, &g.NextSendAt, &g.Failures)
	return g, err
}

// catchUp is how far back an unused slot may lie and still be made up for: one turn of the sending loop, in µs.
const catchUp = 1_000_000

// slot is the gateway's next free slot: one missed a moment ago, else now. What an idle hour left unused is gone.
func (g Gateway) slot(now int64) int64 {
	if g.NextSendAt < now-catchUp {
		return now
	}
	return g.NextSendAt
}

// PaceGateway locks a gateway's row and says how many texts it may be given now and the time between two, so that all
// nodes together never pass its rate: at most one text an interval, with a second's slots made up for. 0 is "not now".
func (tx *Tx) PaceGateway(carrier string, most int) (allowed int, interval int64, g Gateway, err error) {
	if g, err = tx.lockGateway(carrier); err != nil {
		return 0, 0, g, err
	}
	if g.NextSendAt > tx.at {
		return 0, 0, g, nil
	}
	if g.RatePerHour <= 0 {
		return most, 0, g, nil
	}
	interval = hour / g.RatePerHour
	return min(most, int((tx.at-g.slot(tx.at))/interval)+1), interval, g, nil
}

// lockGateway takes a gateway's row for the rest of the change and reads it.
func (tx *Tx) lockGateway(carrier string) (Gateway, error) {
	if _, err := tx.exec(`UPDATE gateway SET next_send_at = next_send_at WHERE carrier = $1`, carrier); err != nil {
		return Gateway{}, fmt.Errorf("lock gateway: %w", err)
	}
	g, err := scanGateway(tx.row(`SELECT `+gatewayColumns+` FROM gateway WHERE carrier = $1`, carrier))
	if err != nil {
		return g, notFound(err, "gateway")
	}
	return g, nil
}

// SpendGateway books n slots of a gateway whose row this change has locked.
func (tx *Tx) SpendGateway(g Gateway, interval int64, n int) error {
	if interval == 0 || n == 0 {
		return nil
	}
	next := g.slot(tx.at) + int64(n)*interval
	_, err := tx.exec(`UPDATE gateway SET next_send_at = $1 WHERE carrier = $2`, next, g.Carrier)
	return err
}

// Health is what a batch has shown of a gateway.
type Health struct {
	OK       int
	Failures int   // refused, throttled or unreachable
	Extra    int   // parts beyond one a text: the rate counts parts
	Wait     int64 // µs the whole connection is to pause
}

// deadAfter is how long a gateway may fail before its queue goes to the next (a minute), in µs.
const deadAfter = 60 * 1_000_000

// NoteGateway books a batch's result: failing for a minute without one success is dead.
func (tx *Tx) NoteGateway(carrier string, h Health) error {
	g, err := tx.lockGateway(carrier)
	if err != nil {
		return err
	}
	switch {
	case h.OK > 0:
		g.State, g.FailingSince, g.Failures = GatewayAlive, 0, 0
	case h.Failures > 0 && g.FailingSince == 0:
		g.State, g.FailingSince = GatewaySlow, tx.at
	case h.Failures > 0 && tx.at-g.FailingSince >= deadAfter:
		g.State = GatewayDead
	}
	if h.OK > 0 {
		g.LastOKAt = tx.at
	}
	if h.Failures > 0 {
		g.LastFailureAt, g.Failures = tx.at, g.Failures+int64(h.Failures)
	}
	if g.RatePerHour > 0 {
		g.NextSendAt += int64(h.Extra) * (hour / g.RatePerHour)
	}
	if h.Wait > 0 {
		g.NextSendAt = max(g.NextSendAt, tx.at+h.Wait)
	}
	_, err = tx.exec(`UPDATE gateway SET state = $1, last_ok_at = $2, last_failure_at = $3, failing_since = $4, failures = $5, next_send_at = $6 WHERE carrier = $7`,
		string(g.State), g.LastOKAt, g.LastFailureAt, g.FailingSince, g.Failures, g.NextSendAt, carrier)
	if err != nil {
		return fmt.Errorf("note gateway: %w", err)
	}
	return nil
}
