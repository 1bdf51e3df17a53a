package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/staff"
)

// InitConfig is what a new registry starts with.
type InitConfig struct {
	Data       string
	Drive      []byte // the text of the drive file
	Passphrase string
	Owner      string        // sign-in name
	Cost       seal.Argon2id // zero is the least that is safe
	Now        func() time.Time
	Log        *slog.Logger
}

// Made is a new registry. Link signs the owner in once.
type Made struct {
	Origin string `json:"origin"`
	Drive  string `json:"drive"`
	Owner  string `json:"owner"`
	Link   string `json:"link"`
}

// Init makes a registry: the folder, its keys, the drive and the first owner. A drive with faults makes nothing.
func Init(ctx context.Context, c InitConfig) (Made, error) {
	d, err := ReadDrive(c.Drive)
	if err != nil {
		return Made{}, err
	}
	if c.Cost == (seal.Argon2id{}) {
		c.Cost = seal.MinArgon2id()
	}
	folder, secrets, err := NewRegistryFolder(c.Data, d.Organiser.Name, c.Passphrase, c.Cost)
	if err != nil {
		return Made{}, err
	}
	secrets.Wipe()
	n, err := Open(ctx, Config{Data: c.Data, Now: c.Now, Log: c.Log})
	if err != nil {
		return Made{}, err
	}
	made, err := n.furnish(ctx, d, c.Owner)
	made.Origin = folder.Origin()
	return made, errors.Join(err, n.Close())
}

// furnish adds what a registry cannot be without: a drive and an owner.
func (n *Node) furnish(ctx context.Context, d reserve.Drive, owner string) (Made, error) {
	if err := n.AddDrive(ctx, n.Operator(), d); err != nil {
		return Made{}, err
	}
	by := staff.System(n.Folder.Node.ID)
	id, err := n.Staff.Add(ctx, by, staff.Account{Handle: owner, Role: reserve.RoleOwner})
	if err != nil {
		return Made{}, err
	}
	link, err := n.Staff.IssueLink(ctx, by, id)
	return Made{Drive: d.Code, Owner: owner, Link: link.Reveal()}, err
}

// InitField makes the folder of a field node from a registry's kit, with the drives the kit names.
func InitField(ctx context.Context, data string, kit []byte, log *slog.Logger) (MadeField, error) {
	folder, err := NewFieldFolder(data, kit)
	if err != nil {
		return MadeField{}, err
	}
	n, err := Open(ctx, Config{Data: data, Log: log})
	if err != nil {
		return MadeField{}, err
	}
	for _, d := range folder.Kit.Drives {
		if err := n.AddDrive(ctx, n.Operator(), d); err != nil {
			return MadeField{}, errors.Join(err, n.Close())
		}
	}
	made := MadeField{NodeIdentity: folder.Node, Fingerprint: folder.Key.Public().Fingerprint()}
	return made, n.Close()
}

// MadeField is a new field node. Fingerprint names its key, for two people to compare by voice.
type MadeField struct {
	NodeIdentity
	Fingerprint string `json:"fingerprint"`
}
