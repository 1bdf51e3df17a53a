package store

import "fmt"

// ConsentEnd is a consent taken back.
type ConsentEnd struct {
	Recipient string
	Purpose   string
	EndedAt   int64
}

// EndConsent takes a person's consent to a recipient for a purpose back; ErrNothing where that stands already.
func (tx *Tx) EndConsent(volunteer, recipient, purpose string) error {
	n, err := tx.exec(`INSERT INTO consent_end (volunteer, recipient, purpose, ended_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (volunteer, recipient, purpose) DO NOTHING`, volunteer, recipient, purpose, tx.at)
	if err != nil {
		return fmt.Errorf("end consent: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// ForgetConsentEnd makes room for a consent given anew.
func (tx *Tx) ForgetConsentEnd(volunteer, recipient, purpose string) error {
	_, err := tx.exec(`DELETE FROM consent_end WHERE volunteer = $1 AND recipient = $2 AND purpose = $3`, volunteer, recipient, purpose)
	if err != nil {
		return fmt.Errorf("forget the end of a consent: %w", err)
	}
	return nil
}

// ConsentEnds gives what a person has taken back, and what those folded into them have.
func (r *Read) ConsentEnds(volunteer string) ([]ConsentEnd, error) {
	ids, err := r.FoldedInto(volunteer)
	if err != nil {
		return nil, err
	}
	var out []ConsentEnd
	for _, id := range append(ids, volunteer) {
		ends, err := all(r.conn, func(row scanner) (ConsentEnd, error) {
			var c ConsentEnd
			err := row.Scan(&c.Recipient, &c.Purpose, &c.EndedAt)
			return c, err
		}, `SELECT recipient, purpose, ended_at FROM consent_end WHERE volunteer = $1 ORDER BY recipient, purpose`, id)
		if err != nil {
			return nil, fmt.Errorf("read ends of consent: %w", err)
		}
		out = append(out, ends...)
	}
	return out, nil
}
