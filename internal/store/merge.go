package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"muster/internal/reserve"
)

// Merge is two people made one by a person's decision, with what is needed to take it back exactly.
type Merge struct {
	ID       string
	Winner   string
	Loser    string
	Staff    string
	MergedAt int64
	UndoneAt int64 // 0: stands
	before   mergeImage
}

// mergeImage is what cannot be worked out again once two people are one.
type mergeImage struct {
	Winner, Loser reserve.VolunteerState // before
	After         reserve.VolunteerState // of the winner
	Verifications []string
	SettledWinner string // how the winner's age was settled before, and after
	SettledAfter  string
	Moved         []string // invitations of the loser that the winner took over
	Parked        []parkedInvitation
	Offered       []string // pairs that the winner took over from the loser
}

// parkedInvitation is one of two invitations of the same person to the same need: it belongs to no call-up while they are one.
type parkedInvitation struct{ ID, Need, CallUp, Volunteer string }

// MergeRequest says who becomes one with whom. The versions are those the decision was made on.
type MergeRequest struct {
	ID            string
	Winner, Loser reserve.Volunteer
	State         reserve.VolunteerState // of the winner afterwards
	Offers        []reserve.Offer        // of the winner afterwards
	AgeSettled    string                 // of the winner afterwards
	Staff         string
}

// Merge makes two people one: registrations, verifications, invitations and waiting texts of the loser go to the winner.
// It returns Conflict "changed-meanwhile" where either is not as the decision saw them. Where both hold a place on one
// need, the loser's is given back.
func (tx *Tx) Merge(m MergeRequest) error {
	image := mergeImage{Winner: m.Winner.State, Loser: m.Loser.State, After: m.State}
	first, second := &m.Winner, &m.Loser // locks in the order of ids
	if second.ID < first.ID {
		first, second = second, first
	}
	for _, v := range []*reserve.Volunteer{first, second} {
		state, into := m.State, ""
		if v.ID == m.Loser.ID {
			state, into = reserve.Merged, m.Winner.ID
		}
		n, err := tx.exec(`UPDATE volunteer SET state = $1, merged_into = $2, changed_at = $3, version = version + 1
			WHERE id = $4 AND version = $5 AND state <> 'merged' AND state <> 'erased'`, string(state), null(into), tx.at, v.ID, v.Version)
		if err != nil {
			return fmt.Errorf("merge: %w", err)
		}
		if n == 0 {
			return conflict("changed-meanwhile")
		}
	}
	settled, err := tx.AgeSettled(m.Winner.ID)
	if err != nil {
		return err
	}
	image.SettledWinner, image.SettledAfter = settled, m.AgeSettled
	_, err = tx.exec(`UPDATE volunteer SET offers = $1, age_settled = $2 WHERE id = $3`, packOffers(m.Offers), m.AgeSettled, m.Winner.ID)
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	if err := tx.moveBelongings(m, &image); err != nil {
		return err
	}
	before, err := json.Marshal(image)
	if err != nil {
		return fmt.Errorf("write merge: %w", err)
	}
	_, err = tx.exec(`INSERT INTO merge (id, winner, loser, before, staff, merged_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		m.ID, m.Winner.ID, m.Loser.ID, string(before), m.Staff, tx.at)
	if err != nil {
		return fmt.Errorf("keep merge: %w", err)
	}
	return nil
}

func (tx *Tx) moveBelongings(m MergeRequest, image *mergeImage) (err error) {
	_, err = tx.exec(`INSERT INTO merge_move (merge, registration, from_volunteer) SELECT $1, id, volunteer FROM registration WHERE volunteer = $2`, m.ID, m.Loser.ID)
	if err != nil {
		return fmt.Errorf("note the registrations: %w", err)
	}
	image.Verifications, err = all(tx, one[string], `SELECT id FROM verification WHERE volunteer = $1 ORDER BY id`, m.Loser.ID)
	if err != nil {
		return fmt.Errorf("read verifications: %w", err)
	}
	for _, move := range []string{
		`UPDATE registration SET volunteer = $1 WHERE volunteer = $2`,
		`UPDATE verification SET volunteer = $1 WHERE volunteer = $2`,
		`UPDATE outbox SET volunteer = $1 WHERE volunteer = $2 AND state = 'queued'`,
	} {
		if _, err := tx.exec(move, m.Winner.ID, m.Loser.ID); err != nil {
			return fmt.Errorf("move belongings: %w", err)
		}
	}
	if err := tx.inheritPairs(m, image); err != nil {
		return err
	}
	return tx.moveInvitations(m, image)
}

// inheritPairs offers the loser's undecided pairs for the winner: without them somebody who was held because of the loser would
// wait for a decision that nobody is asked for.
func (tx *Tx) inheritPairs(m MergeRequest, image *mergeImage) error {
	pairs, err := tx.PairsOf(m.Loser.ID)
	if err != nil {
		return fmt.Errorf("read pairs: %w", err)
	}
	for _, p := range pairs {
		if p.State != PairOffered && p.State != PairLater {
			continue
		}
		other, newer := p.A, p.Newer
		if other == m.Loser.ID {
			other = p.B
		}
		if newer == m.Loser.ID {
			newer = m.Winner.ID
		}
		heir := Pair{ID: tx.s.NewID(), Drive: p.Drive, A: m.Winner.ID, B: other, Newer: newer, Band: p.Band, Score: p.Score, Reasons: p.Reasons}
		fresh, err := tx.OfferPair(heir)
		if err != nil {
			return err
		}
		if fresh {
			image.Offered = append(image.Offered, heir.ID)
		}
	}
	return nil
}

// moveInvitations gives the loser's invitations to the winner. Of two to the same need the one that has got further stays.
func (tx *Tx) moveInvitations(m MergeRequest, image *mergeImage) error {
	list, err := all(tx, scanInvitation, `SELECT `+invitationColumns+` FROM invitation WHERE volunteer = $1 ORDER BY need, id`, m.Loser.ID)
	if err != nil {
		return fmt.Errorf("read invitations: %w", err)
	}
	for _, theirs := range list {
		own, both, err := tx.InvitationOf(theirs.Need, m.Winner.ID)
		if err != nil {
			return fmt.Errorf("read invitation: %w", err)
		}
		if both {
			extra := theirs
			if progress(theirs) > progress(own) {
				extra = own
			}
			if err := tx.park(extra, m.ID, image); err != nil {
				return err
			}
			if extra.ID == theirs.ID {
				continue
			}
		}
		if _, err := tx.exec(`UPDATE invitation SET volunteer = $1 WHERE id = $2`, m.Winner.ID, theirs.ID); err != nil {
			return fmt.Errorf("move invitation: %w", err)
		}
		image.Moved = append(image.Moved, theirs.ID)
	}
	return nil
}

// progress orders invitations by how far they have got.
func progress(i reserve.Invitation) int {
	switch {
	case i.CheckedIn > 0:
		return 5
	case i.State == reserve.Confirmed:
		return 4
	case i.State == reserve.OnStandby:
		return 3
	case i.AnsweredAt > 0:
		return 2
	}
	return 1
}

func (tx *Tx) park(i reserve.Invitation, merge string, image *mergeImage) error {
	if i.State == reserve.Confirmed || i.State == reserve.OnStandby {
		up, _, err := tx.Release(i.ID, reserve.InviteDropped)
		if err != nil {
			return fmt.Errorf("give a doubled seat back: %w", err)
		}
		if err := tx.TellUp(up, 0); err != nil {
			return err
		}
	}
	if _, err := tx.exec(`UPDATE invitation SET need = $1, callup = $1 WHERE id = $2`, "merge:"+merge, i.ID); err != nil {
		return fmt.Errorf("park invitation: %w", err)
	}
	image.Parked = append(image.Parked, parkedInvitation{i.ID, i.Need, i.CallUp, i.Volunteer})
	return nil
}

// Undo is what the two people are after a merge was taken back; their functions follow from the registrations that each has again.
type Undo struct {
	Merge                     Merge
	OffersWinner, OffersLoser []reserve.Offer
	WinnerVersion             int64
	WinnerState               reserve.VolunteerState // now
	Staff                     string
}

// Unmerge takes a merge back: each has again the registrations, verifications and invitations of before; what came after the merge stays
// with the winner. Who withdrew as one has withdrawn as both (and an end of consent was kept for both when it came). Conflict "changed-meanwhile" where somebody was faster.
func (tx *Tx) Unmerge(u Undo) error {
	m, image := u.Merge, u.Merge.before
	n, err := tx.exec(`UPDATE merge SET undone_by = $1, undone_at = $2 WHERE id = $3 AND undone_at IS NULL`, u.Staff, tx.at, m.ID)
	if err != nil {
		return fmt.Errorf("unmerge: %w", err)
	}
	if n == 0 {
		return conflict("changed-meanwhile")
	}
	winner, loser := image.Winner, image.Loser
	if u.WinnerState != image.After {
		winner = u.WinnerState // something was decided about the one person since; it stands
		if winner == reserve.Withdrawn {
			loser = reserve.Withdrawn
		}
	}
	n, err = tx.exec(`UPDATE volunteer SET state = $1, offers = $2, changed_at = $3, version = version + 1,
		age_settled = CASE WHEN age_settled = $6 THEN $7 ELSE age_settled END WHERE id = $4 AND version = $5`,
		string(winner), packOffers(u.OffersWinner), tx.at, m.Winner, u.WinnerVersion, image.SettledAfter, image.SettledWinner)
	if err != nil {
		return fmt.Errorf("unmerge: %w", err)
	}
	if n == 0 {
		return conflict("changed-meanwhile")
	}
	n, err = tx.exec(`UPDATE volunteer SET state = $1, offers = $2, merged_into = NULL, changed_at = $3, version = version + 1 WHERE id = $4 AND state = 'merged' AND merged_into = $5`,
		string(loser), packOffers(u.OffersLoser), tx.at, m.Loser, m.Winner)
	if err != nil {
		return fmt.Errorf("unmerge: %w", err)
	}
	if n == 0 {
		return conflict("changed-meanwhile")
	}
	return tx.returnBelongings(m)
}

func (tx *Tx) returnBelongings(m Merge) error {
	_, err := tx.exec(`UPDATE registration SET volunteer = $1 WHERE volunteer = $2 AND id IN (SELECT registration FROM merge_move WHERE merge = $3)`, m.Loser, m.Winner, m.ID)
	if err != nil {
		return fmt.Errorf("return registrations: %w", err)
	}
	for _, id := range m.before.Verifications {
		if _, err := tx.exec(`UPDATE verification SET volunteer = $1 WHERE id = $2 AND volunteer = $3`, m.Loser, id, m.Winner); err != nil {
			return fmt.Errorf("return verification: %w", err)
		}
	}
	for _, id := range m.before.Moved {
		if _, err := tx.exec(`UPDATE invitation SET volunteer = $1 WHERE id = $2 AND volunteer = $3`, m.Loser, id, m.Winner); err != nil {
			return fmt.Errorf("return invitation: %w", err)
		}
	}
	for _, id := range m.before.Offered {
		if _, err := tx.exec(`DELETE FROM pair WHERE id = $1 AND (state = 'offered' OR state = 'later')`, id); err != nil {
			return fmt.Errorf("take inherited pairs back: %w", err)
		}
	}
	for _, p := range m.before.Parked {
		if _, err := tx.exec(`UPDATE invitation SET need = $1, callup = $2, volunteer = $3 WHERE id = $4`, p.Need, p.CallUp, p.Volunteer, p.ID); err != nil {
			return fmt.Errorf("return invitation: %w", err)
		}
	}
	return nil
}

const mergeColumns = `id, winner, loser, before, staff, merged_at, undone_at`

// MergeOf finds the merge to take back for a person: the one that folded them in, or else the latest into them. NotFound where there is none.
func (r *Read) MergeOf(volunteer string) (Merge, error) {
	for _, query := range []string{
		`SELECT ` + mergeColumns + ` FROM merge WHERE loser = $1 AND undone_at IS NULL`,
		`SELECT ` + mergeColumns + ` FROM merge WHERE winner = $1 AND undone_at IS NULL ORDER BY merged_at DESC, id DESC LIMIT 1`,
	} {
		list, err := all(r.conn, scanMerge, query, volunteer)
		if err != nil {
			return Merge{}, fmt.Errorf("read merge: %w", err)
		}
		if len(list) > 0 {
			return list[0], nil
		}
	}
	return Merge{}, notFound(sql.ErrNoRows, "merge")
}

// Merges gives every merge a person was part of, the oldest first.
func (r *Read) Merges(volunteer string) ([]Merge, error) {
	return all(r.conn, scanMerge, `SELECT `+mergeColumns+` FROM merge WHERE winner = $1 OR loser = $1 ORDER BY merged_at, id`, volunteer)
}

// Moved gives the registrations that a merge moved.
func (r *Read) Moved(merge string) ([]string, error) {
	return all(r.conn, one[string], `SELECT registration FROM merge_move WHERE merge = $1 ORDER BY registration`, merge)
}

// MovedVerifications says which verifications came with a merge.
func (m Merge) MovedVerifications() []string { return m.before.Verifications }

// FoldedInto gives the ids of everybody who is folded into a person now, at any depth.
func (r *Read) FoldedInto(volunteer string) ([]string, error) {
	var out []string
	for next := []string{volunteer}; len(next) > 0; {
		ids, err := all(r.conn, one[string], `SELECT loser FROM merge WHERE winner = $1 AND undone_at IS NULL ORDER BY merged_at, id`, next[0])
		if err != nil {
			return nil, fmt.Errorf("read who was merged: %w", err)
		}
		out, next = append(out, ids...), append(next[1:], ids...)
	}
	return out, nil
}

func scanMerge(row scanner) (Merge, error) {
	var m Merge
	var before string
	var undone sql.NullInt64
	if err := row.Scan(&m.ID, &m.Winner, &m.Loser, &before, &m.Staff, &m.MergedAt, &undone); err != nil {
		return m, err
	}
	m.UndoneAt = undone.Int64
	return m, json.Unmarshal([]byte(before), &m.before)
}
