package cases

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"muster/internal/channel/sheet"
	"muster/internal/server"
	"muster/internal/testkit"
)

// victim names the folder on which this process, started again by a test, imports a file and is killed.
const victim = "MUSTER_CASES_VICTIM"

func TestMain(m *testing.M) {
	if data := os.Getenv(victim); data != "" {
		fmt.Fprintln(os.Stderr, importAndDie(data))
		os.Exit(1) // it should not have lived
	}
	if told := os.Getenv(sender); told != "" {
		fmt.Fprintln(os.Stderr, sendUntilKilled(told))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// importAndDie imports what comes in, and kills its own process after the first slice of it.
func importAndDie(data string) error {
	ctx := context.Background()
	n, err := server.Open(ctx, server.Config{Data: data, Passphrase: passphrase, Now: testkit.NewClock().Now})
	if err != nil {
		return err
	}
	door := sheet.New(sheet.Config{Registry: n.Registry, Roll: n.Roll, Gazetteer: n.Gazetteer, Lang: n.Texts, Now: n.Now})
	s, err := door.Open(ctx, "niger-civil-reserve", os.Stdin, sheet.Choices{})
	if err != nil {
		return err
	}
	_, err = door.Import(ctx, n.Operator(), s, sheet.How{Progress: func(done, total int) {
		if done > 0 && done < total {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // what it answers, nobody is left to hear
		}
	}})
	return err
}

// killedHalfway repeats the rows of a file under other names until they need several slices, and has the import of them killed.
func killedHalfway(t *testing.T, file []byte) {
	head, rows, _ := strings.Cut(string(file), "\n")
	text, want := head+"\n", []string{}
	for i := range 30 {
		for row := range strings.Lines(rows) {
			name, rest, _ := strings.Cut(row, ",")
			if name == "" || strings.Contains(row, "31/02/1990") {
				continue
			}
			want = append(want, fmt.Sprintf("%s %c%c", name, 'A'+i/26, 'a'+i%26))
			text += want[len(want)-1] + "," + rest
		}
	}
	h := newHouse(t)
	check(t, h.Close())
	self, err := os.Executable()
	check(t, err)
	child := exec.Command(self)
	child.Env, child.Stdin = append(os.Environ(), victim+"="+h.data), strings.NewReader(text)
	out, err := child.CombinedOutput()
	if err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the process was not killed: %v\n%s", err, bytes.TrimSpace(out))
	}
	h.open()
	if n := len(h.people()); n == 0 || n >= len(want) {
		t.Fatalf("got %d people after the kill, want some of %d", n, len(want))
	}
	rep := h.load([]byte(text), sheet.Choices{}, sheet.How{})
	slices.Sort(want)
	if got := names(h.people()); !slices.Equal(got, want) {
		t.Errorf("got %d people after the next run, want each of %d once (%+v)", len(got), len(want), rep)
	}
	if rep.Added+rep.Repeated != len(want) || rep.Repeated == 0 || rep.Added == 0 {
		t.Errorf("got %d added and %d repeated, want the rest of %d added", rep.Added, rep.Repeated, len(want))
	}
}
