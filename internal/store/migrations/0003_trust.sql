-- +goose Up
CREATE TABLE staff (
  id TEXT PRIMARY KEY,
  handle TEXT NOT NULL,
  role TEXT NOT NULL,
  sites TEXT NOT NULL,               -- ,gaya, or empty for all
  functions TEXT NOT NULL,
  password_hash TEXT NOT NULL,       -- Argon2id, or empty
  password_hands TEXT NOT NULL,      -- who else may know the password: ,id,id,
  hands TEXT NOT NULL,               -- who else may be behind the account: whoever made it, until a second person has confirmed it
  state TEXT NOT NULL,               -- active, revoked
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE UNIQUE INDEX staff_handle ON staff (handle);

CREATE TABLE token (
  hash BYTEA PRIMARY KEY,
  staff TEXT NOT NULL,
  kind TEXT NOT NULL,                -- bearer, session, link, device
  hands TEXT NOT NULL,               -- who else may hold it: whoever gave it out
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX token_staff ON token (staff);

CREATE TABLE handover (
  id TEXT PRIMARY KEY,
  drive TEXT NOT NULL,
  recipient TEXT NOT NULL,
  purpose TEXT NOT NULL,
  wording BIGINT NOT NULL,           -- the wording people must have agreed to
  recipient_key TEXT NOT NULL,       -- as both persons saw it
  fields TEXT NOT NULL,
  functions TEXT NOT NULL,
  sites TEXT NOT NULL,               -- the sites of who prepared it; empty is all
  state TEXT NOT NULL,               -- preparing, prepared, approved, sealing, sealed, cancelled
  count BIGINT NOT NULL,
  misses BIGINT NOT NULL,            -- wrong counts typed
  sequence BIGINT,                   -- of the recipient's lists, from the sealing on
  prepared_by TEXT NOT NULL,
  prepared_session BYTEA NOT NULL,
  prepared_hands TEXT NOT NULL,
  prepared_at BIGINT NOT NULL,
  approved_by TEXT,
  approved_at BIGINT,
  sealed_by TEXT,
  sealed_at BIGINT,
  expires_at BIGINT NOT NULL,        -- until sealed: of the approval; then of the list
  file BYTEA,                        -- the sealed list
  receipt TEXT,
  receipt_at BIGINT
);
CREATE UNIQUE INDEX handover_sequence ON handover (drive, recipient, sequence);

CREATE TABLE handover_entry (
  handover TEXT NOT NULL,
  volunteer TEXT NOT NULL,
  recipient TEXT NOT NULL,
  entry TEXT NOT NULL,               -- random, another one for every list
  ended_at BIGINT,
  feed BIGINT,                       -- sequence of the feed that told the recipient
  acknowledged_at BIGINT,
  PRIMARY KEY (handover, volunteer)
);
CREATE INDEX handover_entry_volunteer ON handover_entry (volunteer);
CREATE UNIQUE INDEX handover_entry_entry ON handover_entry (entry);
CREATE INDEX handover_entry_untold ON handover_entry (recipient) WHERE ended_at IS NOT NULL AND feed IS NULL;

-- Which recipient of which drive may be given lists, and at which key: switched on by two people.
CREATE TABLE handover_allowed (
  drive TEXT NOT NULL,
  recipient TEXT NOT NULL,
  recipient_key TEXT NOT NULL,
  state TEXT NOT NULL,               -- asked, allowed, stopped
  asked_by TEXT NOT NULL,
  asked_session BYTEA NOT NULL,
  asked_hands TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  allowed_by TEXT,
  allowed_at BIGINT,
  PRIMARY KEY (drive, recipient)
);

CREATE TABLE feed (
  drive TEXT NOT NULL,
  recipient TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  file BYTEA NOT NULL,               -- signed; entry ids only
  count BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  acknowledged_at BIGINT,
  nags BIGINT NOT NULL,
  next_nag_at BIGINT NOT NULL,
  PRIMARY KEY (drive, recipient, sequence)
);
CREATE INDEX feed_open ON feed (next_nag_at) WHERE acknowledged_at IS NULL;

-- Field nodes and what they carried in.
CREATE TABLE node (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  site TEXT NOT NULL,
  public_key BYTEA NOT NULL,
  state TEXT NOT NULL,               -- waiting, trusted, revoked
  last_contact_at BIGINT NOT NULL,
  undelivered BIGINT NOT NULL,
  added_at BIGINT NOT NULL
);

CREATE TABLE bundle (
  id TEXT PRIMARY KEY,               -- digest of the file
  node TEXT NOT NULL,
  direction TEXT NOT NULL,           -- sealed, received
  sequence BIGINT NOT NULL,
  count BIGINT NOT NULL,
  fresh BIGINT NOT NULL,
  items TEXT NOT NULL,               -- on a node: what it holds, until the acknowledgement
  at BIGINT NOT NULL,
  acknowledged_at BIGINT
);

-- +goose Down
DROP TABLE bundle; DROP TABLE node; DROP TABLE feed; DROP TABLE handover_allowed; DROP TABLE handover_entry; DROP TABLE handover; DROP TABLE token; DROP TABLE staff;
