// Package store keeps everything Muster knows, in SQLite (one machine) or PostgreSQL (several nodes), with one text of SQL for both.
//
// It has three doors. View reads. Change is the only way to write about people, call-ups, consents and hand-overs: it
// takes the act and stores its leaf of the audit log in the same transaction, so no change can forget to say who did
// what. Bookkeep writes rows that say nothing about a person (leases, delivery marks, sessions); only outbox and staff
// may call it. Many changes share one commit, each in its savepoint, and nobody is told "done" before the commit is on
// disk.
//
// It never decides a rule, never sees a clear name or number, and never talks to a network other than its database's.
package store
