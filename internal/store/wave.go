package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"muster/internal/reserve"
)

// Chosen is one person picked for a wave, as the roll knew them: the row decides whether that still holds.
type Chosen struct {
	Volunteer string
	Version   int64
	Channel   string // sms, call
}

// AddWave keeps the decision to ask these people: one row with the whole list, however long, so that one short change and
// one act stand for the wave. WriteWave makes the invitations of it afterwards, and after a power cut goes on where it was.
// It gives the wave its number.
func (tx *Tx) AddWave(w *reserve.Wave, list []Chosen) error {
	reason, err := json.Marshal(w.Reason)
	if err != nil {
		return fmt.Errorf("write reason: %w", err)
	}
	if err := tx.lockNeed(w.Need); err != nil {
		return err
	}
	last, err := one[int](tx.row(`SELECT COALESCE(MAX(number), 0) FROM wave WHERE need = $1`, w.Need))
	if err != nil {
		return fmt.Errorf("number wave: %w", err)
	}
	w.Number, w.At, w.Size = last+1, tx.at, len(list)
	_, err = tx.exec(`INSERT INTO wave (callup, need, number, at, size, reason, list, written) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
		w.CallUp, w.Need, w.Number, w.At, w.Size, string(reason), encodeChosen(list))
	if err != nil {
		return fmt.Errorf("add wave: %w", err)
	}
	return nil
}

// Waves lists a call-up's waves in order.
func (r *Read) Waves(callup string) ([]reserve.Wave, error) {
	return all(r.conn, func(row scanner) (reserve.Wave, error) {
		w := reserve.Wave{CallUp: callup}
		var reason string
		if err := row.Scan(&w.Need, &w.Number, &w.At, &w.Size, &reason); err != nil {
			return w, err
		}
		return w, json.Unmarshal([]byte(reason), &w.Reason)
	}, `SELECT need, number, at, size, reason FROM wave WHERE callup = $1 ORDER BY at, need, number`, callup)
}

// writeSlice is how many people one change of WriteWave asks: an invitation and a text each, within the 200 rows of a change.
const writeSlice = 100

type unwritten struct {
	need     string
	number   int
	list     []byte
	written  int
	reportBy int64
}

// WriteWave makes the next invitations of a call-up's waves, with their texts, a slice at a time; did is false where none is
// left to write. Somebody whose row changed since the list was made is left out: the next wave looks again.
func (s *Store) WriteWave(ctx context.Context, callup string) (did bool, err error) {
	err = s.Bookkeep(ctx, func(tx *Tx) error {
		did = false
		list, err := all(tx, func(row scanner) (unwritten, error) {
			var u unwritten
			err := row.Scan(&u.need, &u.number, &u.list, &u.written, &u.reportBy)
			return u, err
		}, `SELECT w.need, w.number, w.list, w.written, c.report_by FROM wave w JOIN callup c ON c.id = w.callup
			WHERE w.callup = $1 AND w.list IS NOT NULL AND c.state = 'open' ORDER BY w.need, w.number LIMIT 1`, callup)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return ErrNothing
		}
		did = true
		return tx.writeSlice(callup, list[0])
	})
	if errors.Is(err, ErrNothing) || errors.Is(err, errOvertaken) {
		return errors.Is(err, errOvertaken), nil
	}
	if err != nil {
		return did, fmt.Errorf("write wave: %w", err)
	}
	return did, nil
}

func (tx *Tx) writeSlice(callup string, u unwritten) error {
	people, err := decodeChosen(u.list)
	if err != nil {
		return err
	}
	end := min(u.written+writeSlice, len(people))
	var keep any = u.list
	if end == len(people) {
		keep = nil
	}
	n, err := tx.exec(`UPDATE wave SET written = $1, list = $2 WHERE need = $3 AND number = $4 AND written = $5`, end, keep, u.need, u.number, u.written)
	if err != nil {
		return err
	}
	if n == 0 {
		return errOvertaken
	}
	ids, err := tx.addInvitations(callup, u.need, u.number, people[u.written:end])
	if err != nil {
		return err
	}
	var texts []Outbound
	for _, inv := range ids {
		if inv.Channel == "sms" {
			texts = append(texts, Outbound{Lane: LaneCallUp, TextKey: "sms.invite", Volunteer: inv.Volunteer, CallUp: callup, Invitation: inv.ID, ExpiresAt: u.reportBy})
		}
	}
	return tx.Queue(texts...)
}

// addInvitations makes the invitations of people whose rows are still as the list says, and returns those that were made.
func (tx *Tx) addInvitations(callup, need string, wave int, people []Chosen) ([]reserve.Invitation, error) {
	var out []reserve.Invitation
	for _, p := range people {
		inv := reserve.Invitation{ID: PublicID(), CallUp: callup, Need: need, Volunteer: p.Volunteer, Wave: wave, State: reserve.Invited, Channel: p.Channel, InvitedAt: tx.at}
		n, err := tx.exec(`INSERT INTO invitation (id, callup, need, volunteer, wave, state, channel, unclear, walk_in, invited_at)
			SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), v.id, CAST($4 AS BIGINT), 'invited', CAST($5 AS TEXT), FALSE, FALSE, CAST($6 AS BIGINT)
			FROM volunteer v WHERE v.id = $7 AND v.version = $8 AND v.state = 'active' ON CONFLICT (need, volunteer) DO NOTHING`,
			inv.ID, callup, need, wave, p.Channel, tx.at, p.Volunteer, p.Version)
		if err != nil {
			return nil, fmt.Errorf("add invitation: %w", err)
		}
		if n == 1 {
			out = append(out, inv)
		}
	}
	return out, nil
}

// encodeChosen packs a list as lines "id version channel".
func encodeChosen(list []Chosen) []byte {
	var b []byte
	for _, c := range list {
		b = append(append(b, c.Volunteer...), ' ')
		b = append(strconv.AppendInt(b, c.Version, 10), ' ')
		b = append(append(b, c.Channel...), '\n')
	}
	return b
}

func decodeChosen(b []byte) ([]Chosen, error) {
	var out []Chosen
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) != 3 {
			return nil, errors.New("list of a wave unreadable")
		}
		version, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("list of a wave unreadable: %w", err)
		}
		out = append(out, Chosen{f[0], version, f[2]})
	}
	return out, nil
}
