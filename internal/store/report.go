package store

import (
	"fmt"

	"muster/internal/reserve"
)

// Report notes a carrier's report on a text. Reports come in any order, again and days later; a true delivery corrects an
// earlier failure, never the other way round, and a text of several parts is delivered when all of them are. known is
// false where no text of ours is meant.
func (tx *Tx) Report(rep reserve.DeliveryReport) (known bool, err error) {
	for range 3 {
		known, settled, err := tx.report(rep)
		if err != nil || settled {
			return known, err
		}
	}
	return true, errOvertaken
}

type reported struct {
	id, invitation, state    string
	parts, delivered, failed int64
}

func (tx *Tx) report(rep reserve.DeliveryReport) (known, settled bool, err error) {
	list, err := all(tx, func(row scanner) (reported, error) {
		var r reported
		err := row.Scan(&r.id, &r.invitation, &r.state, &r.parts, &r.delivered, &r.failed)
		return r, err
	}, `SELECT id, COALESCE(invitation, ''), state, parts, parts_delivered, parts_failed FROM outbox
		WHERE id = $1 OR (carrier_ref <> '' AND carrier = $2 AND carrier_ref = $3) ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END`, rep.Ref, rep.Carrier, rep.CarrierRef)
	if err != nil {
		return false, false, fmt.Errorf("find text: %w", err)
	}
	if len(list) == 0 {
		return false, true, nil
	}
	old := list[0]
	next := old.after(rep)
	if next == old {
		return true, true, nil
	}
	var deliveredAt, failedAt int64
	switch OutboxState(next.state) {
	case Delivered:
		deliveredAt = tx.at
	case Failed:
		failedAt = tx.at
	}
	n, err := tx.exec(`UPDATE outbox SET state = $1, parts_delivered = $2, parts_failed = $3, delivered_at = COALESCE(delivered_at, $4), failed_at = COALESCE(failed_at, $5)
		WHERE id = $6 AND state = $7 AND parts_delivered = $8 AND parts_failed = $9`,
		next.state, next.delivered, next.failed, nullTime(deliveredAt), nullTime(failedAt), old.id, old.state, old.delivered, old.failed)
	if err != nil || n == 0 || old.invitation == "" {
		return true, n == 1, err
	}
	return true, true, tx.reportInvitation(old.invitation, OutboxState(next.state))
}

// after is the row as a report leaves it: pure, so that the same report again leaves it as it is.
func (r reported) after(rep reserve.DeliveryReport) reported {
	parts := max(r.parts, 1)
	whole := int64(1)<<min(parts, 62) - 1
	bits := whole
	if rep.Part > 0 && int64(rep.Part) <= parts {
		bits = 1 << (rep.Part - 1)
	}
	switch rep.State {
	case reserve.Delivered:
		r.delivered |= bits
		r.failed &^= bits
	case reserve.Undelivered:
		r.failed |= bits &^ r.delivered
	case reserve.Underway:
		if r.state == string(Sending) || r.state == string(Unknown) {
			r.state = string(Sent)
		}
		return r
	}
	switch {
	case r.delivered == whole:
		r.state = string(Delivered)
	case r.failed != 0:
		r.state = string(Failed)
	case r.state == string(Failed) || r.state == string(Sending) || r.state == string(Unknown):
		r.state = string(Sent)
	}
	return r
}

func (tx *Tx) reportInvitation(id string, state OutboxState) error {
	var err error
	switch state {
	case Delivered:
		_, err = tx.exec(`UPDATE invitation SET reached_at = COALESCE(reached_at, $1), sent_at = COALESCE(sent_at, $1),
			state = CASE WHEN state = 'unreached' THEN 'invited' ELSE state END WHERE id = $2`, tx.at, id)
	case Failed:
		_, err = tx.exec(`UPDATE invitation SET state = 'unreached' WHERE id = $1 AND state = 'invited' AND reached_at IS NULL`, id)
	}
	return err
}
