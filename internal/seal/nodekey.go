package seal

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

const nodeKeyFormat = "muster-node-1 "

// NodeKey signs what a node sends. It is made on the node and never leaves it.
type NodeKey struct{ key ed25519.PrivateKey }

// NodePublic checks what a node signed.
type NodePublic struct{ key ed25519.PublicKey }

// NewNodeKey makes a new pair.
func NewNodeKey() NodeKey {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // only the random source could fail, and that ends the process
	}
	return NodeKey{key}
}

// Public is the public half.
func (k NodeKey) Public() NodePublic { return NodePublic{k.key.Public().(ed25519.PublicKey)} }

// String masks the key.
func (NodeKey) String() string { return "[node key]" }

// Encode is the content of the node's key file: one line.
func (k NodeKey) Encode() []byte {
	return []byte(nodeKeyFormat + base64.StdEncoding.EncodeToString(k.key.Seed()) + "\n")
}

// ParseNodeKey reads the file Encode wrote. The error wraps ErrNodeKey.
func ParseNodeKey(file []byte) (NodeKey, error) {
	text, ok := strings.CutPrefix(strings.TrimSuffix(string(file), "\n"), nodeKeyFormat)
	seed, err := base64.StdEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(seed) != ed25519.SeedSize {
		return NodeKey{}, ErrNodeKey
	}
	return NodeKey{ed25519.NewKeyFromSeed(seed)}, nil
}

// ParseNodePublic reads the 32 bytes of a public key in base64. The error wraps ErrNodeKey.
func ParseNodePublic(text string) (NodePublic, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != ed25519.PublicKeySize {
		return NodePublic{}, ErrNodeKey
	}
	return NodePublic{b}, nil
}

// String is the form ParseNodePublic reads; empty for the zero value.
func (p NodePublic) String() string { return base64.StdEncoding.EncodeToString(p.key) }

const kitFormat = "muster-node-kit-1"

// NodeKit is what a field node is given. Nothing in it opens anything: with a
// stolen kit one can seal to the registry and recompute the names of references
// one already knows.
type NodeKit struct {
	Origin    string       // name of the registry
	Node      string       // name of the new node
	Intake    IntakePublic // seals registrations
	Door      *Door        // names references
	HubPublic NodePublic   // checks the acknowledgements that come back
}

type kitJSON struct {
	Format string `json:"format"`
	Origin string `json:"origin"`
	Node   string `json:"node"`
	Intake string `json:"intake_public"`
	Door   string `json:"door"`
	Hub    string `json:"hub_public"`
}

// Encode is the content of the kit: JSON, indented.
func (k NodeKit) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(kitJSON{
		Format: kitFormat, Origin: k.Origin, Node: k.Node, Intake: k.Intake.String(),
		Door: strings.TrimSuffix(string(k.Door.Encode()), "\n"), Hub: k.HubPublic.String(),
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a node kit: %w", err)
	}
	return append(b, '\n'), nil
}

// ParseNodeKit reads a kit. The error wraps ErrNodeKit.
func ParseNodeKit(file []byte) (NodeKit, error) {
	var k kitJSON
	if err := strictJSON(file, &k); err != nil || k.Format != kitFormat || k.Origin == "" || k.Node == "" {
		return NodeKit{}, ErrNodeKit
	}
	intake, errIntake := ParseIntakePublic(k.Intake)
	door, errDoor := ParseDoor([]byte(k.Door))
	hub, errHub := ParseNodePublic(k.Hub)
	if errIntake != nil || errDoor != nil || errHub != nil {
		return NodeKit{}, ErrNodeKit
	}
	return NodeKit{Origin: k.Origin, Node: k.Node, Intake: intake, Door: door, HubPublic: hub}, nil
}
