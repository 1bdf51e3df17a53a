package store

import "fmt"

// Feed is a signed list of ended entries made for one recipient of a drive.
type Feed struct {
	Drive          string
	Recipient      string
	Sequence       int64
	File           []byte
	Count          int64 // ended entries in it, all so far
	MadeAt         int64
	AcknowledgedAt int64 // 0: not yet
	Nags           int64 // how often the organiser was reminded
	NextNagAt      int64
}

const feedColumns = `drive, recipient, sequence, file, count, made_at, COALESCE(acknowledged_at, 0), nags, next_nag_at`

func scanFeed(row scanner) (Feed, error) {
	var f Feed
	err := row.Scan(&f.Drive, &f.Recipient, &f.Sequence, &f.File, &f.Count, &f.MadeAt, &f.AcknowledgedAt, &f.Nags, &f.NextNagAt)
	return f, err
}

// Untold is a recipient who has entries that ended and does not know of all of them.
type Untold struct {
	Drive     string
	Recipient string
	Count     int64
	Oldest    int64 // when the first of them ended, µs UTC
}

// UntoldRecipients lists the recipients with ended entries of sealed lists that no feed has told.
func (r *Read) UntoldRecipients() ([]Untold, error) {
	return all(r.conn, func(row scanner) (Untold, error) {
		var u Untold
		err := row.Scan(&u.Drive, &u.Recipient, &u.Count, &u.Oldest)
		return u, err
	}, `SELECT h.drive, h.recipient, COUNT(*), MIN(e.ended_at) FROM handover_entry e JOIN handover h ON h.id = e.handover
		WHERE e.ended_at IS NOT NULL AND e.feed IS NULL AND h.state = 'sealed' GROUP BY h.drive, h.recipient ORDER BY h.drive, h.recipient`)
}

// EndedEntry is an entry of a sealed list that has ended.
type EndedEntry struct {
	Entry   string
	EndedAt int64
	Told    bool
}

// EndedEntries gives all ended entries of a recipient's sealed lists, in an order that tells nothing: that of their random ids.
func (r *Read) EndedEntries(drive, recipient string) ([]EndedEntry, error) {
	return all(r.conn, func(row scanner) (EndedEntry, error) {
		var e EndedEntry
		err := row.Scan(&e.Entry, &e.EndedAt, &e.Told)
		return e, err
	}, `SELECT e.entry, e.ended_at, e.feed IS NOT NULL FROM handover_entry e JOIN handover h ON h.id = e.handover
		WHERE h.drive = $1 AND h.recipient = $2 AND h.state = 'sealed' AND e.ended_at IS NOT NULL ORDER BY e.entry`, drive, recipient)
}

// NextFeed is the number of a recipient's next feed.
func (r *Read) NextFeed(drive, recipient string) (int64, error) {
	return one[int64](r.row(`SELECT COALESCE(MAX(sequence), 0) + 1 FROM feed WHERE drive = $1 AND recipient = $2`, drive, recipient))
}

// AddFeed keeps a feed; where another node made one of the same number meanwhile it is Conflict "changed-meanwhile".
func (tx *Tx) AddFeed(f Feed) error {
	n, err := tx.exec(`INSERT INTO feed (drive, recipient, sequence, file, count, made_at, nags, next_nag_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)
		ON CONFLICT (drive, recipient, sequence) DO NOTHING`, f.Drive, f.Recipient, f.Sequence, f.File, f.Count, tx.at, f.NextNagAt)
	if err != nil {
		return fmt.Errorf("add feed: %w", err)
	}
	if n == 0 {
		return conflict("changed-meanwhile")
	}
	return nil
}

// MarkTold notes which feed was the first to name entries, at most 200 a call.
func (tx *Tx) MarkTold(sequence int64, entries []string) error {
	for _, e := range entries {
		if _, err := tx.exec(`UPDATE handover_entry SET feed = $1 WHERE entry = $2 AND feed IS NULL`, sequence, e); err != nil {
			return fmt.Errorf("mark told: %w", err)
		}
	}
	return nil
}

// AcknowledgeFeed notes that a recipient has applied a feed and with it all earlier ones; ErrNothing where that was known.
func (tx *Tx) AcknowledgeFeed(drive, recipient string, sequence int64) error {
	n, err := tx.exec(`UPDATE feed SET acknowledged_at = $1 WHERE drive = $2 AND recipient = $3 AND sequence <= $4 AND acknowledged_at IS NULL`,
		tx.at, drive, recipient, sequence)
	if err != nil {
		return fmt.Errorf("acknowledge feed: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	_, err = tx.exec(`UPDATE handover_entry SET acknowledged_at = $1 WHERE recipient = $2 AND feed <= $3 AND acknowledged_at IS NULL
		AND handover IN (SELECT id FROM handover WHERE drive = $4 AND recipient = $2)`, tx.at, recipient, sequence, drive)
	if err != nil {
		return fmt.Errorf("acknowledge feed: %w", err)
	}
	return nil
}

// Feed reads one feed of a recipient; number 0 is the newest.
func (r *Read) Feed(drive, recipient string, sequence int64) (Feed, error) {
	f, err := scanFeed(r.row(`SELECT `+feedColumns+` FROM feed WHERE drive = $1 AND recipient = $2 AND (sequence = $3 OR $3 = 0) ORDER BY sequence DESC LIMIT 1`,
		drive, recipient, sequence))
	if err != nil {
		return f, notFound(err, "feed")
	}
	return f, nil
}

// OpenFeeds lists the newest unacknowledged feed of each recipient.
func (r *Read) OpenFeeds() ([]Feed, error) {
	return all(r.conn, scanFeed, `SELECT `+feedColumns+` FROM feed f WHERE acknowledged_at IS NULL
		AND sequence = (SELECT MAX(sequence) FROM feed g WHERE g.drive = f.drive AND g.recipient = f.recipient) ORDER BY drive, recipient`)
}

// NagFeed counts one reminder about a feed and sets the next; ErrNothing where another node was faster or it was acknowledged.
func (tx *Tx) NagFeed(f Feed, next int64) error {
	n, err := tx.exec(`UPDATE feed SET nags = nags + 1, next_nag_at = $1 WHERE drive = $2 AND recipient = $3 AND sequence = $4 AND nags = $5 AND acknowledged_at IS NULL`,
		next, f.Drive, f.Recipient, f.Sequence, f.Nags)
	if err != nil {
		return fmt.Errorf("nag: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}
