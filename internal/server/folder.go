package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"muster/internal/channel/bundle"
	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

// Names of the files in a data folder.
const (
	keysName     = "keys.json"  // public keys, and the secrets wrapped by the passphrase; absent on a field node
	kitName      = "kit.json"   // a field node's public part; absent on a registry
	doorName     = "door.key"   // names references; opens nothing
	nodeKeyName  = "node.key"   // signs bundles; opens nothing
	nodeName     = "node.json"  // who this node is
	storeName    = "muster.db"  // the data
	keyringName  = "keyring.db" // personal keys, apart from the data and its backups
	passwordMode = 0o600
)

// Folder is a data folder: which node this is, and its keys as far as they lie on disk.
type Folder struct {
	Path string
	Node NodeIdentity
	Keys *seal.KeysFile // nil on a field node
	Kit  *bundle.Kit    // nil on a registry
	Door *seal.Door
	Key  seal.NodeKey
}

// NodeIdentity names a node in acts, epochs and bundles.
type NodeIdentity struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Site string `json:"site,omitempty"`
}

// Field reports whether this is a node that holds the public key only.
func (f *Folder) Field() bool { return f.Keys == nil }

// Intake is the registry's public key, to which everything that comes in is sealed.
func (f *Folder) Intake() (seal.IntakePublic, error) {
	if f.Keys != nil {
		return f.Keys.Intake()
	}
	return f.Kit.Intake, nil
}

// Origin is the registry's name, which its log and its keys carry.
func (f *Folder) Origin() string {
	if f.Keys != nil {
		return f.Keys.Origin
	}
	return f.Kit.Origin
}

// ErrNoFolder means that there is no registry in the folder yet.
var ErrNoFolder = &reserve.Error{Kind: reserve.NotFound, Code: "no-data-folder"}

// OpenFolder reads the keys of a data folder.
func OpenFolder(path string) (*Folder, error) {
	f := &Folder{Path: path}
	identity, err := os.ReadFile(filepath.Join(path, nodeName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoFolder
	}
	if err != nil {
		return nil, fmt.Errorf("read the data folder: %w", err)
	}
	if err := json.Unmarshal(identity, &f.Node); err != nil {
		return nil, fmt.Errorf("read %s: %w", nodeName, err)
	}
	if f.Door, err = readKey(path, doorName, seal.ParseDoor); err != nil {
		return nil, err
	}
	if f.Key, err = readKey(path, nodeKeyName, seal.ParseNodeKey); err != nil {
		return nil, err
	}
	keys, err := readKey(path, keysName, seal.ParseKeysFile)
	if err == nil {
		f.Keys = &keys
		return f, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	kit, err := readKey(path, kitName, bundle.ParseKit)
	if err != nil {
		return nil, err
	}
	f.Kit = &kit
	return f, nil
}

func readKey[T any](path, name string, parse func([]byte) (T, error)) (T, error) {
	var none T
	b, err := os.ReadFile(filepath.Join(path, name))
	if err != nil {
		return none, fmt.Errorf("read %s: %w", name, err)
	}
	v, err := parse(b)
	if err != nil {
		return none, fmt.Errorf("read %s: %w", name, err)
	}
	return v, nil
}

// NewRegistryFolder makes the folder and all keys of a registry. It refuses a folder that already has one.
func NewRegistryFolder(path, name, passphrase string, cost seal.Argon2id) (*Folder, *seal.Secrets, error) {
	id := newNodeID()
	keys, secrets, err := seal.Create(passphrase, "muster/"+id, cost)
	if err != nil {
		return nil, nil, err
	}
	text, err := keys.Encode()
	if err != nil {
		return nil, nil, err
	}
	f := &Folder{Path: path, Node: NodeIdentity{ID: id, Name: name}, Keys: &keys, Door: seal.NewDoor(), Key: seal.NewNodeKey()}
	return f, secrets, f.write(keysName, text)
}

// NewFieldFolder makes the folder of a field node from the text of a registry's kit: the public key, the door key, and a
// signing key of its own.
func NewFieldFolder(path string, kitText []byte) (*Folder, error) {
	kit, err := bundle.ParseKit(kitText)
	if err != nil {
		return nil, err
	}
	f := &Folder{Path: path, Node: NodeIdentity{ID: kit.Node, Name: kit.Node, Site: kit.Site}, Kit: &kit, Door: kit.Door, Key: seal.NewNodeKey()}
	return f, f.write(kitName, kitText)
}

// write makes the folder, its door and node keys, and the file that holds what it may know. node.json comes last: a
// folder without it is one whose making was cut short.
func (f *Folder) write(keysFile string, keys []byte) error {
	if err := os.MkdirAll(f.Path, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if _, err := os.Stat(filepath.Join(f.Path, nodeName)); err == nil {
		return &reserve.Error{Kind: reserve.Conflict, Code: "data-folder-in-use"}
	}
	identity, err := json.MarshalIndent(f.Node, "", "  ")
	if err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		text []byte
	}{{keysFile, keys}, {doorName, f.Door.Encode()}, {nodeKeyName, f.Key.Encode()}, {nodeName, append(identity, '\n')}} {
		if err := writeDurably(filepath.Join(f.Path, file.name), file.text); err != nil {
			return fmt.Errorf("write %s: %w", file.name, err)
		}
	}
	return nil
}

// writeDurably writes a file that is there whole after a power cut, or not at all.
func writeDurably(path string, text []byte) error {
	next := path + ".new"
	w, err := os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, passwordMode)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return errors.Join(err, w.Close())
	}
	if err := w.Sync(); err != nil {
		return errors.Join(err, w.Close())
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// newNodeID is a short random name: it stands in every epoch, bundle and act.
func newNodeID() string { return strings.ToLower(store.PublicID()[:8]) }

// ErrFieldNode is the refusal of what only a registry can do, ErrNotField of what only a field node can.
var (
	ErrFieldNode = &reserve.Error{Kind: reserve.Forbidden, Code: "field-node"}
	ErrNotField  = &reserve.Error{Kind: reserve.Forbidden, Code: "not-field-node"}
)
