package demo

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
)

func TestTheSearchOfTheDiskFindsEveryForm(t *testing.T) {
	n := NewNeedles()
	for _, s := range []string{"Aïssata Maïga", "+22790123456", "1998-04-12", "Ali"} {
		n.Add(s)
	}
	name := "Aïssata Maïga"
	for form, content := range map[string]string{
		"as it is":             "…" + name + "…",
		"lower case":           "xx aïssata maïga",
		"UTF-16 little":        string(wide("··"+name, binary.LittleEndian)),
		"UTF-16 big":           string(wide("··"+name, binary.BigEndian)),
		"hex":                  hex.EncodeToString([]byte("<<" + name)),
		"base64, whole":        base64.StdEncoding.EncodeToString([]byte(name)),
		"base64, one byte in":  base64.StdEncoding.EncodeToString([]byte("{" + name + "}")),
		"base64, two bytes in": base64.StdEncoding.EncodeToString([]byte(`{"` + name + `"}`)),
		"a number":             `{"to":"+22790123456"}`,
		"a birth date":         "b=1998-04-12;",
		"a short name":         `{"n":"Ali"}`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "f"), []byte("noise "+content+" noise"), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := n.SearchDisk(dir)
		if err != nil || len(found) == 0 {
			t.Errorf("%s: got %v (%v), want a finding", form, found, err)
		}
	}
}

func TestTheSearchOfTheDiskFindsNothingWhereNothingIs(t *testing.T) {
	n := NewNeedles()
	n.Add("Aïssata Maïga")
	n.Add("Ali")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), []byte("Alimentation, Maïga Aïssata, aissata maiga"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := n.SearchDisk(dir); err != nil || len(found) != 0 {
		t.Errorf("got %v (%v), want nothing", found, err)
	}
}
