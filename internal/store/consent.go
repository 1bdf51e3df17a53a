package store

import "fmt"

// ConsentEnd is a consent taken back.
type ConsentEnd struct {
	Recipient string
	Purpose   string
	EndedAt   int64
}

// EndConsent takes a person's consent to a recipient for a purpose back; ErrNothing where it was taken back before. renewed says
// that it was given anew since, so that the new end counts.
func (tx *Tx) EndConsent(volunteer string, c ConsentEnd, renewed bool) error {
	n, err := tx.exec(`INSERT INTO consent_end (volunteer, recipient, purpose, ended_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (volunteer, recipient, purpose) DO UPDATE SET ended_at = excluded.ended_at WHERE $5 = 1`, volunteer, c.Recipient, c.Purpose, tx.at, count(renewed))
	if err != nil {
		return fmt.Errorf("end consent: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

func count(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// ForgetConsentEnd makes room for a consent that a person gives anew. Ends of those folded into them stay: should the merge be
// taken back, the new consent is not theirs.
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
