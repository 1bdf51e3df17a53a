package gauge

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Load is one closed-loop run: each connection posts the next body as soon as it has the answer to the last.
type Load struct {
	Addr        string
	Path        string
	Connections int
	Bodies      [][]byte
	Want        int // status that counts as done
}

// Outcome is what a run saw.
type Outcome struct {
	Done    int
	Failed  int
	Seconds float64
	P50     time.Duration
	P99     time.Duration
}

// Run posts every body once, each as if from an address of its own, because the server limits what one address may send. The client is a bare HTTP/1.1 writer and reader, because a full client on the same cores
// would measure itself.
func (l Load) Run() (Outcome, error) {
	var next atomic.Int64
	times := make([][]time.Duration, l.Connections)
	failed := make([]int, l.Connections)
	errs := make([]error, l.Connections)
	var wg sync.WaitGroup
	start := time.Now()
	for c := range l.Connections {
		wg.Go(func() { times[c], failed[c], errs[c] = l.connection(&next) })
	}
	wg.Wait()
	out := Outcome{Seconds: time.Since(start).Seconds()}
	all := slices.Concat(times...)
	out.Done = len(all)
	for _, n := range failed {
		out.Failed += n
	}
	if len(all) > 0 {
		slices.Sort(all)
		out.P50, out.P99 = all[len(all)/2], all[len(all)*99/100]
	}
	return out, errors.Join(errs...)
}

func (l Load) connection(next *atomic.Int64) (times []time.Duration, failed int, err error) {
	conn, err := net.Dial("tcp", l.Addr)
	if err != nil {
		return nil, 0, err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 8<<10)
	var out []byte
	for {
		i := next.Add(1) - 1
		if i >= int64(len(l.Bodies)) {
			return times, failed, nil
		}
		body := l.Bodies[i]
		out = fmt.Appendf(out[:0], "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nX-Forwarded-For: 10.%d.%d.%d\r\nContent-Length: %d\r\n\r\n",
			l.Path, l.Addr, i>>16&255, i>>8&255, i&255, len(body))
		out = append(out, body...)
		began := time.Now()
		if _, err := conn.Write(out); err != nil {
			return times, failed, err
		}
		status, err := readAnswer(in)
		if err != nil {
			return times, failed, err
		}
		if status != l.Want {
			failed++
			continue
		}
		times = append(times, time.Since(began))
	}
}

// readAnswer reads one answer of known length and gives its status.
func readAnswer(in *bufio.Reader) (status int, err error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, fmt.Errorf("answer begins with %d bytes", len(line))
	}
	if status, err = strconv.Atoi(line[9:12]); err != nil {
		return 0, errors.New("answer has no status")
	}
	length := 0
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return 0, err
		}
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, "content-length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return 0, errors.New("answer has no length")
			}
		}
	}
	_, err = io.CopyN(io.Discard, in, int64(length))
	return status, err
}
