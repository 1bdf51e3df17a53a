package testkit

import (
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of the test databases
)

// cluster is one PostgreSQL of this test process, in a temporary folder, run by a user that is not root.
type cluster struct {
	once  sync.Once
	port  int
	err   error
	count int
	mu    sync.Mutex
}

var shared cluster

// Postgres gives the address of a fresh, empty database. The server starts with the first call and ends with the process.
func Postgres(t testing.TB) string {
	t.Helper()
	shared.once.Do(func() { shared.port, shared.err = startPostgres() })
	if shared.err != nil {
		t.Fatalf("start PostgreSQL 15 (./test installs it): %v", shared.err)
	}
	shared.mu.Lock()
	shared.count++
	name := fmt.Sprintf("t%d", shared.count)
	shared.mu.Unlock()
	root := fmt.Sprintf("postgres://muster@127.0.0.1:%d/postgres?sslmode=disable", shared.port)
	db, err := sql.Open("pgx", root)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatalf("create database: %v", err)
	}
	return fmt.Sprintf("postgres://muster@127.0.0.1:%d/%s?sslmode=disable", shared.port, name)
}

// postgresBin finds the server's programs, which Debian keeps out of PATH.
func postgresBin() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("no initdb under /usr/lib/postgresql")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// startPostgres starts a server whose life is bound to this process: a watcher with our pid stops it and removes its folder when we are gone.
func startPostgres() (int, error) {
	bin, err := postgresBin()
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "muster-pg-")
	if err != nil {
		return 0, err
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		return 0, err
	}
	port, err := freePort()
	if err != nil {
		return 0, err
	}
	script := fmt.Sprintf(`set -e
%[1]s/initdb -D %[2]s/data -A trust -U muster -E UTF8 --locale=C --no-sync >/dev/null
%[1]s/pg_ctl -D %[2]s/data -l %[2]s/log -o '-p %[3]d -c listen_addresses=127.0.0.1 -c unix_socket_directories=%[2]s -c max_connections=300 -c shared_buffers=64MB' -w start >/dev/null
( while kill -0 %[4]d 2>/dev/null; do sleep 1; done; %[1]s/pg_ctl -D %[2]s/data -m immediate stop; rm -rf %[2]s/data ) >/dev/null 2>&1 </dev/null &
`, bin, dir, port, os.Getpid())
	cmd := exec.Command("sh", "-c", script)
	if os.Geteuid() == 0 { // PostgreSQL refuses root
		cmd = exec.Command("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "sh", "-c", watchable(script))
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, out)
	}
	return port, waitFor(port)
}

// watchable replaces the signal that asks whether root's process lives, which another user may not send, by a look into /proc.
func watchable(script string) string {
	pid := strconv.Itoa(os.Getpid())
	return strings.ReplaceAll(script, "kill -0 "+pid+" 2>/dev/null", "test -d /proc/"+pid)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func waitFor(port int) error {
	for range 100 {
		c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
		if err == nil {
			return c.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("PostgreSQL does not answer")
}
