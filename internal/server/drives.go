package server

import (
	"context"
	"fmt"

	drivefile "muster/internal/channel/drive"
	"muster/internal/gazetteer"
	"muster/internal/lang"
	"muster/internal/reserve"
	"muster/internal/store"
)

// ReadDrive reads a drive file with the product's own places and languages. The error is reserve.Faults, each with its line.
func ReadDrive(text []byte) (reserve.Drive, error) {
	g, err := gazetteer.Load()
	if err != nil {
		return reserve.Drive{}, fmt.Errorf("load the places: %w", err)
	}
	texts, err := lang.Load()
	if err != nil {
		return reserve.Drive{}, fmt.Errorf("load the texts: %w", err)
	}
	return (&drivefile.Reader{Gazetteer: g, Languages: texts.Languages()}).Read(text)
}

// AddDrive adds a drive, or changes it, and opens it.
func (n *Node) AddDrive(ctx context.Context, actor reserve.Actor, d reserve.Drive) error {
	if err := reserve.Demand(actor, reserve.MayManageDrive); err != nil {
		return err
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActDriveAdd, Subject: d.Code}
	err := n.Store.Change(ctx, act, func(tx *store.Tx) error { return tx.PutDrive(d, store.DriveOpen) })
	n.Registry.DriveChanged()
	return err
}

// SetDrive opens or closes a drive; one that is so already stays so.
func (n *Node) SetDrive(ctx context.Context, actor reserve.Actor, code string, state store.DriveState) error {
	if err := reserve.Demand(actor, reserve.MayManageDrive); err != nil {
		return err
	}
	if _, err := n.Registry.Drive(ctx, code); err != nil {
		return err
	}
	verb := reserve.ActDriveClose
	if state == store.DriveOpen {
		verb = reserve.ActDriveOpen
	}
	err := n.Store.Change(ctx, reserve.Act{Actor: actor, Verb: verb, Subject: code}, func(tx *store.Tx) error { return tx.SetDriveState(code, state) })
	n.Registry.DriveChanged()
	if err == store.ErrNothing {
		return nil
	}
	return err
}
