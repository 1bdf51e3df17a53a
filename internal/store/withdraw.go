package store

import (
	"fmt"

	"muster/internal/reserve"
)

// Withdraw ends a person's part in everything at once: state, invitations and seats, list entries (also of those folded into
// them), texts that wait. ErrNothing where they have left already.
func (tx *Tx) Withdraw(id string) error {
	if err := tx.SetVolunteerState(id, reserve.Withdrawn, reserve.Active, reserve.Held, reserve.PendingAge); err != nil {
		return err
	}
	return tx.Leave(id)
}

// Leave takes a person, and those folded into them, out of call-ups, lists and the outbox.
func (tx *Tx) Leave(id string) error {
	folded, err := tx.FoldedInto(id)
	if err != nil {
		return err
	}
	for _, who := range append(folded, id) {
		if err := tx.DropInvitations(who); err != nil {
			return err
		}
		if _, err := tx.EndEntries(who); err != nil {
			return err
		}
		if _, err := tx.exec(`UPDATE outbox SET state = 'dropped', sealed = NULL WHERE volunteer = $1 AND state = 'queued' AND lane <> 'reply'`, who); err != nil {
			return fmt.Errorf("drop waiting texts: %w", err)
		}
	}
	return nil
}

// Erase makes a person unreadable in the data: sealed parts, salts and flags go, of those folded into them too. It returns
// the registrations whose keys must be deleted in the keyring. It may be repeated after a crash between the two.
func (tx *Tx) Erase(id string) (registrations []string, err error) {
	if err := tx.Leave(id); err != nil {
		return nil, err
	}
	folded, err := tx.FoldedInto(id)
	if err != nil {
		return nil, err
	}
	for _, who := range append(folded, id) {
		ids, err := all(tx, one[string], `SELECT id FROM registration WHERE volunteer = $1 ORDER BY id`, who)
		if err != nil {
			return nil, fmt.Errorf("read registrations: %w", err)
		}
		registrations = append(registrations, ids...)
		for _, wipe := range []string{
			`UPDATE registration SET sealed = NULL, functions = '', consents = '', digest = token_hash WHERE volunteer = $1`,
			`UPDATE inbox SET sealed = NULL WHERE volunteer = $1`,
			`UPDATE outbox SET sealed = NULL, args = '{}', state = CASE WHEN state = 'queued' THEN 'dropped' ELSE state END WHERE volunteer = $1`,
			`DELETE FROM consent_end WHERE volunteer = $1`,
		} {
			if _, err := tx.exec(wipe, who); err != nil {
				return nil, fmt.Errorf("erase: %w", err)
			}
		}
		_, err = tx.exec(`UPDATE volunteer SET state = CASE WHEN state = 'merged' THEN 'merged' ELSE 'erased' END, salt = NULL, offers = '', age_settled = '', changed_at = $1, version = version + 1
			WHERE id = $2`, tx.at, who)
		if err != nil {
			return nil, fmt.Errorf("erase: %w", err)
		}
	}
	return registrations, nil
}

// EraseUnopened makes a registration unreadable that nobody has opened; ErrNothing where it is opened.
func (tx *Tx) EraseUnopened(id string) error {
	n, err := tx.exec(`UPDATE registration SET sealed = NULL, functions = '', consents = '', digest = token_hash, withdrawn_at = COALESCE(withdrawn_at, $1) WHERE id = $2 AND volunteer IS NULL AND sealed IS NOT NULL`, tx.at, id)
	if err != nil {
		return fmt.Errorf("erase registration: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// SettleAge notes how a person's age was settled and lets them in; ErrNothing where nothing is pending.
func (tx *Tx) SettleAge(id, how string) error {
	n, err := tx.exec(`UPDATE volunteer SET age_settled = $1, state = CASE WHEN state = 'pending-age' THEN 'active' ELSE state END, changed_at = $2, version = version + 1
		WHERE id = $3 AND state IN ('pending-age', 'held', 'active') AND age_settled <> $1`, how, tx.at, id)
	if err != nil {
		return fmt.Errorf("settle age: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// AgeSettled says how a person's age was settled: document, witness, doubt (somebody said that they are a minor), or "".
func (r *Read) AgeSettled(id string) (string, error) {
	how, err := one[string](r.row(`SELECT age_settled FROM volunteer WHERE id = $1`, id))
	if err != nil {
		return "", notFound(err, "volunteer")
	}
	return how, nil
}

// Erased gives registrations whose sealed part is gone, for deleting keys that a crash left in the keyring.
func (r *Read) Erased(after string, limit int) ([]string, error) {
	return all(r.conn, one[string], `SELECT id FROM registration WHERE sealed IS NULL AND id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// EraseRegistration makes one registration of an undone import unreadable and frees its reference, so that the row can be
// imported again; token is a hash that nobody knows.
func (tx *Tx) EraseRegistration(id string, token []byte) error {
	_, err := tx.exec(`UPDATE registration SET sealed = NULL, functions = '', consents = '', token_hash = $1, digest = $1, withdrawn_at = COALESCE(withdrawn_at, $2) WHERE id = $3`,
		token, tx.at, id)
	if err != nil {
		return fmt.Errorf("erase registration: %w", err)
	}
	return nil
}
