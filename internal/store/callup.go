package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"muster/internal/reserve"
	"muster/internal/seal"
)

// KeptCallUp is a call-up as kept. What is not a code, a time or a count (risk, assembly points, reason) lies in Sealed,
// in a house box for the place {drive, "callup", id}.
type KeptCallUp struct {
	reserve.CallUp
	Reason     string // of an urgent call-up; sealed
	Sealed     []byte
	NextStepAt int64
}

// details is what of a call-up is sealed.
type details struct {
	Risk   reserve.Risk `json:"risk"`
	Points []string     `json:"points"` // of the needs, in order
	Reason string       `json:"reason,omitempty"`
}

func (c *KeptCallUp) place() seal.AD { return seal.AD{Drive: c.Drive, Table: "callup", ID: c.ID} }

// SealDetails fills Sealed from the risk, the assembly points and the reason.
func (c *KeptCallUp) SealDetails(secrets *seal.Secrets) error {
	d := details{Risk: c.Risk, Reason: c.Reason}
	for _, n := range c.Needs {
		d.Points = append(d.Points, n.AssemblyPoint)
	}
	plain, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("write call-up: %w", err)
	}
	c.Sealed, err = secrets.SealHouse(c.place(), plain)
	return err
}

// OpenDetails fills the risk, the assembly points and the reason from Sealed.
func (c *KeptCallUp) OpenDetails(secrets *seal.Secrets) error {
	plain, err := secrets.OpenHouse(c.place(), c.Sealed)
	if err != nil {
		return fmt.Errorf("open call-up: %w", err)
	}
	var d details
	if err := json.Unmarshal(plain, &d); err != nil {
		return fmt.Errorf("read call-up: %w", err)
	}
	c.Risk, c.Reason = d.Risk, d.Reason
	for i := range c.Needs {
		if i < len(d.Points) {
			c.Needs[i].AssemblyPoint = d.Points[i]
		}
	}
	return nil
}

// codeRest is how long a letter stays taken after its call-up has closed (field case C029: seven days), in µs.
const codeRest = 7 * 24 * 3600 * 1_000_000

// never is a time no clock here reaches.
const never = 1 << 62

// codes are the letters of call-ups. I, N, O, S and Y are left out: alone they are answers (i, non, oui, stop, yes).
const codes = "ABCDEFGHJKLMPQRTUVWXZ"

const callUpColumns = `id, drive, code, state, report_by, urgent, exercise, opened_by, opened_at, closed_at, next_step_at, sealed, version`

// AddCallUp keeps a call-up with its needs and gives it a letter, which it writes into c. It returns Busy with code
// "no-code-free" where the drive has used all letters within a week.
func (tx *Tx) AddCallUp(c *KeptCallUp) error {
	code, err := tx.takeCode(c.Drive, c.ID)
	if err != nil {
		return err
	}
	c.Code = code
	_, err = tx.exec(`INSERT INTO callup (id, drive, code, state, report_by, urgent, exercise, opened_by, opened_at, next_step_at, sealed, version)
		VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9, $10, 1)`,
		c.ID, c.Drive, c.Code, c.ReportBy, c.Urgent, c.Exercise, c.OpenedBy, c.OpenedAt, c.NextStepAt, c.Sealed)
	if err != nil {
		return fmt.Errorf("add call-up: %w", err)
	}
	for i, n := range c.Needs {
		_, err = tx.exec(`INSERT INTO need (id, callup, position, function, qualification, wanted, level, area, confirm_limit, limit_fixed, standby_max,
			confirmed, standby, next_ticket, arrived, checked_in, turned_away) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, 0, 0, 0)`,
			n.ID, c.ID, i, n.Function, n.Qualification, n.Wanted, n.Level, n.Area, n.ConfirmLimit, n.LimitFixed, n.StandbyMax)
		if err != nil {
			return fmt.Errorf("add need: %w", err)
		}
	}
	return nil
}

// takeCode takes the letter that has been free for longest, by one conditional statement a letter, so that two call-ups
// opened at once cannot get the same.
func (tx *Tx) takeCode(drive, callup string) (string, error) {
	used, err := all(tx, one[string], `SELECT code FROM callup_code WHERE drive = $1 ORDER BY free_at`, drive)
	if err != nil {
		return "", fmt.Errorf("read codes: %w", err)
	}
	order := make([]string, 0, len(codes))
	for _, c := range codes {
		order = append(order, string(c))
	}
	order = append(without(order, used), used...)
	for _, code := range order {
		n, err := tx.exec(`INSERT INTO callup_code (drive, code, callup, free_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (drive, code) DO UPDATE SET callup = excluded.callup, free_at = excluded.free_at WHERE callup_code.free_at <= $5`,
			drive, code, callup, int64(never), tx.at)
		if err != nil {
			return "", fmt.Errorf("take code: %w", err)
		}
		if n == 1 {
			return code, nil
		}
	}
	return "", &reserve.Error{Kind: reserve.Busy, Code: "no-code-free"}
}

func without(list, gone []string) []string {
	drop := map[string]bool{}
	for _, g := range gone {
		drop[g] = true
	}
	var out []string
	for _, l := range list {
		if !drop[l] {
			out = append(out, l)
		}
	}
	return out
}

// CallUp reads one call-up with its needs and their counts.
func (r *Read) CallUp(id string) (KeptCallUp, error) {
	c, err := scanCallUp(r.row(`SELECT `+callUpColumns+` FROM callup WHERE id = $1`, id))
	if err != nil {
		return c, notFound(err, "call-up")
	}
	c.Needs, err = r.needs(id)
	return c, err
}

// CallUpAlone reads one call-up with its needs, without counting their invitations: for the text of a message.
func (r *Read) CallUpAlone(id string) (KeptCallUp, error) {
	c, err := scanCallUp(r.row(`SELECT `+callUpColumns+` FROM callup WHERE id = $1`, id))
	if err != nil {
		return c, notFound(err, "call-up")
	}
	c.Needs, err = r.needRows(id)
	return c, err
}

// CallUps lists a drive's call-ups, the newest first, at most limit; of all drives where drive is empty.
func (r *Read) CallUps(drive string, limit int) ([]KeptCallUp, error) {
	list, err := all(r.conn, scanCallUp, `SELECT `+callUpColumns+` FROM callup WHERE drive = $1 OR $1 = '' ORDER BY opened_at DESC, id DESC LIMIT $2`, drive, limit)
	if err != nil {
		return nil, fmt.Errorf("list call-ups: %w", err)
	}
	return list, r.fillNeeds(list)
}

// OpenCallUps lists all open call-ups with their needs, the oldest first.
func (r *Read) OpenCallUps() ([]KeptCallUp, error) {
	list, err := all(r.conn, scanCallUp, `SELECT `+callUpColumns+` FROM callup WHERE state = 'open' ORDER BY opened_at, id`)
	if err != nil {
		return nil, fmt.Errorf("list open call-ups: %w", err)
	}
	return list, r.fillNeeds(list)
}

func (r *Read) fillNeeds(list []KeptCallUp) error {
	for i := range list {
		var err error
		if list[i].Needs, err = r.needs(list[i].ID); err != nil {
			return err
		}
	}
	return nil
}

// DueCallUp is the open call-up that has waited longest for its step, and ok false where none is due.
func (r *Read) DueCallUp(now int64) (id string, seen int64, ok bool, err error) {
	type due struct {
		id string
		at int64
	}
	list, err := all(r.conn, func(row scanner) (due, error) {
		var d due
		err := row.Scan(&d.id, &d.at)
		return d, err
	}, `SELECT id, next_step_at FROM callup WHERE state = 'open' AND next_step_at <= $1 ORDER BY next_step_at, id LIMIT 1`, now)
	if err != nil || len(list) == 0 {
		return "", 0, false, err
	}
	return list[0].id, list[0].at, true, nil
}

// ClaimCallUp takes the call-up whose step is due for longest for this node until an instant: of two nodes that saw the same
// row one gets it. ok is false where none is due.
func (s *Store) ClaimCallUp(ctx context.Context, now, until int64) (id string, ok bool, err error) {
	err = s.Bookkeep(ctx, func(tx *Tx) error {
		var seen int64
		var err error
		id, seen, ok, err = tx.DueCallUp(now)
		if err != nil {
			return err
		}
		if !ok {
			return ErrNothing
		}
		n, err := tx.exec(`UPDATE callup SET next_step_at = $1 WHERE id = $2 AND state = 'open' AND next_step_at = $3`, until, id, seen)
		if err == nil && n == 0 {
			return ErrNothing
		}
		return err
	})
	if errors.Is(err, ErrNothing) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("claim call-up: %w", err)
	}
	return id, true, nil
}

// PlanStep says when a claimed call-up is looked at again, unless somebody has woken it since the claim.
func (s *Store) PlanStep(ctx context.Context, id string, claimed, at int64) error {
	err := s.Bookkeep(ctx, func(tx *Tx) error {
		_, err := tx.exec(`UPDATE callup SET next_step_at = $1 WHERE id = $2 AND state = 'open' AND next_step_at = $3`, at, id, claimed)
		return err
	})
	if err != nil {
		return fmt.Errorf("plan step: %w", err)
	}
	return nil
}

// WakeCallUp brings a call-up's next step forward to an instant: a refusal is replaced at once.
func (tx *Tx) WakeCallUp(id string, at int64) error {
	_, err := tx.exec(`UPDATE callup SET next_step_at = $1 WHERE id = $2 AND state = 'open' AND next_step_at > $1`, at, id)
	return err
}

// ChangeCallUp replaces the sealed part and the hour of an open call-up whose version is still the given one; else
// Conflict with code "changed-meanwhile".
func (tx *Tx) ChangeCallUp(id string, version int64, sealed []byte, reportBy int64) error {
	n, err := tx.exec(`UPDATE callup SET sealed = $1, report_by = $2, version = version + 1 WHERE id = $3 AND version = $4 AND state = 'open'`,
		sealed, reportBy, id, version)
	if err != nil {
		return fmt.Errorf("change call-up: %w", err)
	}
	if n == 0 {
		return conflict("changed-meanwhile")
	}
	return nil
}

// CloseCallUp closes an open call-up and lets its letter rest; ErrNothing where it is closed already.
func (tx *Tx) CloseCallUp(id string) error {
	n, err := tx.exec(`UPDATE callup SET state = 'closed', closed_at = $1, version = version + 1 WHERE id = $2 AND state = 'open'`, tx.at, id)
	if err != nil {
		return fmt.Errorf("close call-up: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	if _, err = tx.exec(`UPDATE wave SET list = NULL WHERE callup = $1 AND list IS NOT NULL`, id); err != nil {
		return fmt.Errorf("end waves: %w", err)
	}
	_, err = tx.exec(`UPDATE callup_code SET free_at = $1 WHERE callup = $2`, tx.at+codeRest, id)
	return err
}

func scanCallUp(row scanner) (KeptCallUp, error) {
	var c KeptCallUp
	var closed sql.NullInt64
	err := row.Scan(&c.ID, &c.Drive, &c.Code, &c.State, &c.ReportBy, &c.Urgent, &c.Exercise, &c.OpenedBy, &c.OpenedAt, &closed, &c.NextStepAt, &c.Sealed, &c.Version)
	c.ClosedAt = closed.Int64
	return c, err
}
