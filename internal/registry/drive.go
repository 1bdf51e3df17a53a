package registry

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
)

// driveFresh is how long a drive as read from the store is believed: another node's "close" binds here after at most this.
const driveFresh = time.Second

// driveCard is a drive with what would be costly to work out for each registration.
type driveCard struct {
	store.KeptDrive
	zone          *time.Location
	opens, closes time.Time
	country       map[string]string // by site, for numbers without a calling code; "" is the drive's
	languages     map[string]bool
	readAt        time.Time
}

// takes reports whether the drive takes registrations at an instant.
func (d *driveCard) takes(now time.Time) bool {
	return d.State == store.DriveOpen && !now.Before(d.opens) && (d.closes.IsZero() || now.Before(d.closes))
}

// today is the day at the drive's place: ages are counted there, wherever the machine stands.
func (d *driveCard) today(now time.Time) reserve.Date { return reserve.DateOf(now, d.zone) }

func (d *driveCard) least() int { return max(d.MinimumAge, reserve.MajorityAge) }

// driveBook keeps the drives as last read.
type driveBook struct {
	mu    sync.RWMutex
	cards map[string]*driveCard
}

// drive finds a drive; NotFound where there is none.
func (r *Registry) drive(ctx context.Context, code string) (*driveCard, error) {
	now := r.Now()
	r.drives.mu.RLock()
	card := r.drives.cards[code]
	r.drives.mu.RUnlock()
	if card != nil {
		if age := now.Sub(card.readAt); age >= 0 && age < driveFresh {
			return card, nil
		}
	}
	if err := r.readDrives(ctx, now); err != nil {
		return nil, err
	}
	r.drives.mu.RLock()
	defer r.drives.mu.RUnlock()
	if card = r.drives.cards[code]; card == nil {
		return nil, &reserve.Error{Kind: reserve.NotFound, Code: "not-found", Field: "drive"}
	}
	return card, nil
}

func (r *Registry) readDrives(ctx context.Context, now time.Time) error {
	var kept []store.KeptDrive
	err := r.Store.View(ctx, func(rd *store.Read) (err error) {
		kept, err = rd.Drives()
		return err
	})
	if err != nil {
		return fmt.Errorf("read drives: %w", err)
	}
	cards := make(map[string]*driveCard, len(kept))
	for _, k := range kept {
		card := &driveCard{KeptDrive: k, zone: k.Zone(), country: map[string]string{}, languages: map[string]bool{}, readAt: now}
		card.opens, card.closes = k.Window()
		for _, s := range k.Sites {
			if p, ok := r.Gazetteer.ByCode(s.Place); ok {
				card.country[s.Code] = p.Country
			}
		}
		for _, l := range k.Languages {
			card.languages[l] = true
		}
		cards[k.Code] = card
	}
	r.drives.mu.Lock()
	defer r.drives.mu.Unlock()
	r.drives.cards = cards
	return nil
}

// DriveChanged makes this node read its drives anew before the next registration; whoever changes a drive here calls it.
func (r *Registry) DriveChanged() {
	r.drives.mu.Lock()
	defer r.drives.mu.Unlock()
	r.drives.cards = map[string]*driveCard{}
}

// Drive gives a drive as this node knows it, at most a second old; NotFound where there is none.
func (r *Registry) Drive(ctx context.Context, code string) (store.KeptDrive, error) {
	card, err := r.drive(ctx, code)
	if err != nil {
		return store.KeptDrive{}, err
	}
	return card.KeptDrive, nil
}

// countryAt is the country in which a number without a calling code was typed.
func (d *driveCard) countryAt(site string) string {
	if c := d.country[site]; c != "" {
		return c
	}
	return d.Country
}

// label is what stands before a receipt: three letters of the site, or of the drive where no site is known.
func label(site, drive string) string {
	if site == "" {
		site = drive
	}
	var b strings.Builder
	for _, c := range strings.ToUpper(site) {
		if c >= 'A' && c <= 'Z' && b.Len() < 3 {
			b.WriteRune(c)
		}
	}
	return b.String()
}
