package staff

import (
	"context"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
)

// Config is what accounts need.
type Config struct {
	Store *store.Store
	Now   func() time.Time
	// Hashers is how many passwords may be tried at once, 19 MiB each; 0 is one for every two processors.
	Hashers int
}

// Accounts is the staff of a registry. It is safe for concurrent use.
type Accounts struct {
	store  *store.Store
	now    func() time.Time
	hasher *hasher
	limits *limits
}

// New makes the accounts of a store.
func New(c Config) *Accounts {
	if c.Hashers == 0 {
		c.Hashers = max(1, runtime.NumCPU()/2)
	}
	return &Accounts{store: c.Store, now: c.Now, hasher: newHasher(c.Hashers), limits: newLimits(c.Now)}
}

// SignedIn is an actor with what they signed in with.
type SignedIn struct {
	Actor reserve.Actor
	// Session names the token, by its hash; wherever two people are asked for, their sessions differ too. Empty for the system.
	Session []byte
	Kind    store.TokenKind
	Handle  string
	Until   time.Time // when it ends, whatever happens
}

// System is a node acting for its operator: the first owner is made by it.
func System(node string) SignedIn { return SignedIn{Actor: reserve.System(node)} }

// Account is what is needed for a new one.
type Account struct {
	Handle    string
	Role      reserve.Role
	Sites     []string
	Functions []string
}

var (
	handleForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,63}$`)
	codeForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
)

func (n Account) check() error {
	var f reserve.Faults
	if !handleForm.MatchString(n.Handle) {
		f = append(f, reserve.Fault("handle", "bad-handle"))
	}
	if !slices.Contains(reserve.Roles(), n.Role) {
		f = append(f, reserve.Fault("role", "unknown-role"))
	}
	bad := func(s string) bool { return !codeForm.MatchString(s) }
	if slices.ContainsFunc(n.Sites, bad) {
		f = append(f, reserve.Fault("sites", "unknown-site"))
	}
	if slices.ContainsFunc(n.Functions, bad) {
		f = append(f, reserve.Fault("functions", "unknown-function"))
	}
	return f.Err()
}

// Add makes an account and gives its id. Nobody can give a wider scope than their own. Until another person has confirmed
// it, the account counts as one that whoever made it may use. Errors: Forbidden, Faults, Conflict "handle-taken".
func (a *Accounts) Add(ctx context.Context, by SignedIn, n Account) (id string, err error) {
	if err := n.check(); err != nil {
		return "", err
	}
	if !within(by.Actor, n.Sites, n.Functions) {
		return "", &reserve.Error{Kind: reserve.Forbidden, Code: "wider-than-own"}
	}
	id = a.store.NewID()
	act := reserve.Act{Actor: by.Actor, Verb: reserve.ActStaffAdd, Subject: id, Note: string(n.Role)}
	err = a.store.Change(ctx, act, func(tx *store.Tx) error {
		hands, err := standing(tx, by, reserve.MayManageStaff)
		if err != nil {
			return err
		}
		return tx.AddStaff(store.Staff{ID: id, Handle: n.Handle, Role: n.Role, Sites: n.Sites, Functions: n.Functions, Hands: hands})
	})
	if err != nil {
		return "", fmt.Errorf("add staff: %w", err)
	}
	return id, nil
}

// within reports whether a scope lies inside an actor's own.
func within(a reserve.Actor, sites, functions []string) bool {
	inside := func(own, list []string) bool {
		if len(own) == 0 {
			return true
		}
		return len(list) > 0 && !slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(own, s) })
	}
	return a.Kind == reserve.ActorSystem || inside(a.Sites, sites) && inside(a.Functions, functions)
}

// standing reads in the change itself whether the sign-in still stands and has a right, and gives its hands. The system
// needs no sign-in and has no hands.
func standing(tx *store.Tx, by SignedIn, right reserve.Right) ([]string, error) {
	if by.Actor.Kind == reserve.ActorSystem {
		return nil, nil
	}
	t, s, err := tx.SignedIn(by.Session, tx.Now())
	if err != nil {
		return nil, err
	}
	if s.ID != by.Actor.ID {
		return nil, &reserve.Error{Kind: reserve.SignedOut, Code: "signed-out"}
	}
	return store.Hands(t, s), reserve.Demand(actorOf(s), right)
}

func actorOf(s store.Staff) reserve.Actor {
	kind := reserve.ActorStaff
	if s.Role == reserve.RoleDevice {
		kind = reserve.ActorDevice
	}
	return reserve.Actor{Kind: kind, ID: s.ID, Role: s.Role, Sites: s.Sites, Functions: s.Functions}
}

// SetScope changes an account's role, sites and functions; it holds from the account's next request on. Nobody changes
// their own, and nobody gives more than they have.
func (a *Accounts) SetScope(ctx context.Context, by SignedIn, id string, n Account) error {
	n.Handle = "unchanged"
	if err := n.check(); err != nil {
		return err
	}
	if id == by.Actor.ID || !within(by.Actor, n.Sites, n.Functions) {
		return &reserve.Error{Kind: reserve.Forbidden, Code: "wider-than-own"}
	}
	return a.change(ctx, by, reserve.Act{Verb: reserve.ActStaffScope, Subject: id, Note: string(n.Role)}, func(tx *store.Tx) error {
		return tx.SetStaffScope(id, n.Role, n.Sites, n.Functions)
	})
}

// Revoke ends an account at once: its tokens, sessions and links with it.
func (a *Accounts) Revoke(ctx context.Context, by SignedIn, id string) error {
	return a.change(ctx, by, reserve.Act{Verb: reserve.ActStaffRevoke, Subject: id}, func(tx *store.Tx) error {
		if _, err := tx.Staff(id); err != nil {
			return err
		}
		return tx.RevokeStaff(id)
	})
}

// List gives all accounts by handle, without their secrets.
func (a *Accounts) List(ctx context.Context, by SignedIn) ([]store.Staff, error) {
	if err := reserve.Demand(by.Actor, reserve.MayManageStaff); err != nil {
		return nil, err
	}
	var list []store.Staff
	err := a.store.View(ctx, func(r *store.Read) (err error) {
		list, err = r.StaffList()
		return err
	})
	for i := range list {
		list[i].PasswordHash = ""
	}
	return list, err
}

// Find gives an account's id by its handle, for those who manage staff.
func (a *Accounts) Find(ctx context.Context, by SignedIn, handle string) (id string, err error) {
	if err := reserve.Demand(by.Actor, reserve.MayManageStaff); err != nil {
		return "", err
	}
	err = a.store.View(ctx, func(r *store.Read) error {
		s, err := r.StaffByHandle(handle)
		id = s.ID
		return err
	})
	return id, err
}

// change runs fn for somebody who may manage staff; nothing to do is no error.
func (a *Accounts) change(ctx context.Context, by SignedIn, act reserve.Act, fn func(*store.Tx) error) error {
	act.Actor = by.Actor
	err := a.store.Change(ctx, act, func(tx *store.Tx) error {
		if _, err := standing(tx, by, reserve.MayManageStaff); err != nil {
			return err
		}
		return fn(tx)
	})
	if err != nil && !isNothing(err) {
		return fmt.Errorf("%s: %w", act.Verb, err)
	}
	return nil
}
