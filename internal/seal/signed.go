package seal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// signText writes a short signed paper of three lines: its kind and version, one
// value as JSON, and an Ed25519 signature over both in base64.
func signText(kind string, key ed25519.PrivateKey, value any) ([]byte, error) {
	b, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write a %s: %w", kind, err)
	}
	text := append([]byte(kind+"\n"), b...)
	text = append(text, '\n')
	sig := base64.StdEncoding.EncodeToString(ed25519.Sign(key, text))
	return append(append(text, sig...), '\n'), nil
}

// readSigned gives the value of a paper without having checked it; checkSigned
// checks it. It takes only the exact form signText writes.
func readSigned(kind string, paper []byte, into any) bool {
	lines := bytes.Split(paper, []byte("\n"))
	if len(lines) != 4 || len(lines[3]) != 0 || string(lines[0]) != kind {
		return false
	}
	if err := strictJSON(lines[1], into); err != nil {
		return false
	}
	again, err := json.Marshal(into)
	return err == nil && bytes.Equal(again, lines[1])
}

func checkSigned(paper []byte, key ed25519.PublicKey) bool {
	body := bytes.TrimSuffix(paper, []byte("\n"))
	at := bytes.LastIndexByte(body, '\n')
	if at < 0 || len(key) != ed25519.PublicKeySize {
		return false
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(string(body[at+1:]))
	return err == nil && ed25519.Verify(key, paper[:at+1], sig)
}
