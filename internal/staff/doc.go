// Package staff knows who works here: accounts with a role, sites and functions, the secrets they sign in with, and what
// an actor may do, read from the rows at every request, so that a right taken away is gone with the next one.
//
// It never keeps a secret: tokens lie as SHA-256 of 256 random bits, passwords as Argon2id. It never tells whether a
// handle exists. It keeps for every sign-in the hands it has gone through (who made the account, who gave out the link),
// because two accounts that one person can use are one person wherever two people are asked for.
package staff
