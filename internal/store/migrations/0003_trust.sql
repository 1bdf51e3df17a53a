-- +goose Up
CREATE TABLE staff (
  id TEXT PRIMARY KEY,
  handle TEXT NOT NULL,
  role TEXT NOT NULL,
  sites TEXT NOT NULL,               -- ,gaya, or empty for all
  functions TEXT NOT NULL,
  password_hash TEXT NOT NULL,       -- Argon2id, or empty
  state TEXT NOT NULL,               -- active, revoked
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE UNIQUE INDEX staff_handle ON staff (handle);

CREATE TABLE token (
  hash BYTEA PRIMARY KEY,
  staff TEXT NOT NULL,
  kind TEXT NOT NULL,                -- bearer, session, link, device
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
  fields TEXT NOT NULL,
  functions TEXT NOT NULL,
  state TEXT NOT NULL,               -- prepared, approved, sealed, cancelled
  count BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  prepared_by TEXT NOT NULL,
  prepared_session BYTEA NOT NULL,
  prepared_at BIGINT NOT NULL,
  approved_by TEXT,
  approved_at BIGINT,
  sealed_at BIGINT,
  expires_at BIGINT NOT NULL,
  file BYTEA,                        -- the sealed list
  receipt TEXT,
  receipt_at BIGINT
);
CREATE UNIQUE INDEX handover_sequence ON handover (recipient, sequence);

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

CREATE TABLE feed (
  recipient TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  text TEXT NOT NULL,                -- signed; entry ids only
  made_at BIGINT NOT NULL,
  acknowledged_at BIGINT,
  PRIMARY KEY (recipient, sequence)
);

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
  count BIGINT NOT NULL,
  fresh BIGINT NOT NULL,
  at BIGINT NOT NULL,
  acknowledged_at BIGINT
);

-- +goose Down
DROP TABLE bundle; DROP TABLE node; DROP TABLE feed; DROP TABLE handover_entry; DROP TABLE handover; DROP TABLE token; DROP TABLE staff;
