package cases

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"muster/internal/audit"
	"muster/internal/channel/sheet"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/staff"
	"muster/internal/store"
)

// page gives a public page in French; it must be there.
func (h *house) page(path string) string {
	h.t.Helper()
	rec := h.send(http.MethodGet, path+"?lang=fr", "", "")
	if rec.Code != http.StatusOK {
		h.t.Fatalf("%s: got %d, want 200", path, rec.Code)
	}
	return unescape(rec.Body.String())
}

// exported gives a person's row in the list as a file.
func (h *house) exported(name string) map[string]string {
	h.t.Helper()
	p := h.named(name)
	rows := readCSV(h.t, h.export(p))
	if len(rows) != 2 {
		h.t.Fatalf("got %d lines in the file, want a heading and one", len(rows))
	}
	out := map[string]string{}
	for i, head := range rows[0] {
		out[head] = rows[1][i]
	}
	return out
}

// export writes people as a file.
func (h *house) export(list ...roll.Person) []byte {
	h.t.Helper()
	var b bytes.Buffer
	check(h.t, sheet.Export(&b, slices.Values(list)))
	return b.Bytes()
}

func readCSV(t *testing.T, text []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	check(t, err)
	return rows
}

// session is a browser in which a member of staff is signed in.
type session struct {
	h      *house
	cookie *http.Cookie
}

// signIn signs the owner in, by a link of the operator.
func (h *house) signIn() session {
	h.t.Helper()
	ctx, by := context.Background(), staff.System(h.Folder.Node.ID)
	id, err := h.Staff.Find(ctx, by, "owner")
	check(h.t, err)
	return h.signInAs(id)
}

func (h *house) signInAs(id string) session {
	h.t.Helper()
	ctx := context.Background()
	link, err := h.Staff.IssueLink(ctx, staff.System(h.Folder.Node.ID), id)
	check(h.t, err)
	rec := h.send(http.MethodPost, "/console/link/"+link.Reveal(), "application/x-www-form-urlencoded", "")
	cookies := rec.Result().Cookies()
	if rec.Code != http.StatusSeeOther || len(cookies) == 0 {
		h.t.Fatalf("sign in: got %d, want a session", rec.Code)
	}
	return session{h, cookies[0]}
}

// ask sends a request in the session.
func (s session) ask(method, path string, form url.Values) *httptest.ResponseRecorder {
	s.h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept-Language", "fr")
	r.AddCookie(s.cookie)
	rec := httptest.NewRecorder()
	s.h.handler.ServeHTTP(rec, r)
	return rec
}

// page gives a page of the console; it must be there.
func (s session) page(path string) string {
	s.h.t.Helper()
	rec := s.ask(http.MethodGet, path, nil)
	if rec.Code != http.StatusOK {
		s.h.t.Fatalf("%s: got %d, want 200\n%s", path, rec.Code, rec.Body)
	}
	return unescape(rec.Body.String())
}

// staff makes an account and gives who it is.
func (h *house) staff(handle string, role reserve.Role, sites ...string) reserve.Actor {
	h.t.Helper()
	token, id := h.token(handle, role, sites...)
	actor, err := h.Staff.Actor(context.Background(), token)
	check(h.t, err)
	if actor.ID != id {
		h.t.Fatalf("got account %s, want %s", actor.ID, id)
	}
	return actor
}

// token makes an account and gives its bearer token and its id.
func (h *house) token(handle string, role reserve.Role, sites ...string) (token, id string) {
	h.t.Helper()
	ctx, by := context.Background(), staff.System(h.Folder.Node.ID)
	id, err := h.Staff.Add(ctx, by, staff.Account{Handle: handle, Role: role, Sites: sites})
	check(h.t, err)
	secret, err := h.Staff.IssueToken(ctx, by, id, store.TokenBearer)
	check(h.t, err)
	return secret.Reveal(), id
}

// acts gives the entries of the log with a verb, in their order.
func (h *house) acts(verb reserve.Verb) []audit.Entry {
	h.t.Helper()
	h.settle()
	var out []audit.Entry
	check(h.t, h.Store.View(context.Background(), func(r *store.Read) error {
		for leaf, err := range r.Leaves(0) {
			if err != nil {
				return err
			}
			e, err := audit.Decode(leaf)
			if err != nil {
				return err
			}
			if e.Verb == string(verb) {
				out = append(out, e)
			}
		}
		return nil
	}))
	return out
}
