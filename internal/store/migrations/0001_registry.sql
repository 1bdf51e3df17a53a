-- One text for SQLite and PostgreSQL: TEXT, BIGINT, BOOLEAN and BYTEA only. Times are µs UTC, ids are made in Go.
-- What stands here in clear: drive, site, function, state, consent flags, times and counts. Everything else is sealed.

-- +goose Up
CREATE TABLE drive (
  code TEXT PRIMARY KEY,
  definition TEXT NOT NULL,          -- JSON of the drive file: public
  state TEXT NOT NULL,               -- open, closed
  added_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);

-- An AES key of a minute of intake, sealed to the registry's public key before the first record that uses it.
CREATE TABLE epoch (
  id TEXT PRIMARY KEY,
  node TEXT NOT NULL,
  sealed_key BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

-- What somebody sent: immutable but for its seal and its link to a person.
CREATE TABLE registration (
  id TEXT PRIMARY KEY,
  token_hash BYTEA NOT NULL,         -- of the sender's reference and of the /me secret at once: the one random index of the intake path
  digest BYTEA NOT NULL,             -- of the content, keyed by the reference
  drive TEXT NOT NULL,
  site TEXT NOT NULL,
  channel TEXT NOT NULL,
  kind TEXT NOT NULL,                -- application, correction, conflict
  state TEXT NOT NULL,               -- received, pending-age
  functions TEXT NOT NULL,           -- ,medical,logistics,
  consents TEXT NOT NULL,            -- ,civil-protection/call-up/1/fr,
  receipt TEXT NOT NULL,
  node TEXT NOT NULL,
  batch TEXT,
  received_at BIGINT NOT NULL,
  epoch TEXT,                        -- null once sealed under a key of its own
  sealed BYTEA,                      -- null once erased
  volunteer TEXT,                    -- null until opened
  opened_at BIGINT,
  delivered_at BIGINT,               -- on a field node: when the registry acknowledged it
  withdrawn_at BIGINT                -- taken back by its token before anybody had opened it
);
CREATE UNIQUE INDEX registration_token ON registration (token_hash);
CREATE INDEX registration_unopened ON registration (id) WHERE volunteer IS NULL AND sealed IS NOT NULL;
CREATE INDEX registration_volunteer ON registration (volunteer) WHERE volunteer IS NOT NULL;
CREATE INDEX registration_batch ON registration (batch) WHERE batch IS NOT NULL;

-- A person: one or more registrations linked.
CREATE TABLE volunteer (
  id TEXT PRIMARY KEY,
  drive TEXT NOT NULL,
  site TEXT NOT NULL,
  state TEXT NOT NULL,
  channel TEXT NOT NULL,
  receipt TEXT NOT NULL,
  offers TEXT NOT NULL,              -- ,medical:0,logistics:2,
  salt BYTEA,                        -- null once erased
  merged_into TEXT,
  age_settled TEXT NOT NULL,         -- '', document, witness, doubt
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX volunteer_changed ON volunteer (changed_at);

CREATE TABLE consent_end (
  volunteer TEXT NOT NULL,
  recipient TEXT NOT NULL,
  purpose TEXT NOT NULL,
  ended_at BIGINT NOT NULL,
  PRIMARY KEY (volunteer, recipient, purpose)
);

CREATE TABLE verification (
  id TEXT PRIMARY KEY,
  volunteer TEXT NOT NULL,
  function TEXT NOT NULL,
  level BIGINT NOT NULL,
  evidence TEXT NOT NULL,
  staff TEXT NOT NULL,
  second_staff TEXT,
  state TEXT NOT NULL,               -- proposed, standing, ended
  verified_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX verification_volunteer ON verification (volunteer);

CREATE TABLE pair (
  id TEXT PRIMARY KEY,
  drive TEXT NOT NULL,
  a TEXT NOT NULL,                   -- the smaller id of the two
  b TEXT NOT NULL,
  newer TEXT NOT NULL,               -- a or b: who came later, and is held where the pair is almost sure
  band TEXT NOT NULL,                -- almost-sure, review
  score BIGINT NOT NULL,             -- probability, per million
  reasons TEXT NOT NULL,             -- codes
  state TEXT NOT NULL,               -- offered, later, merged, distinct
  decided_by TEXT,
  decided_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX pair_people ON pair (a, b);
CREATE INDEX pair_offered ON pair (drive, score) WHERE state = 'offered' OR state = 'later';
CREATE INDEX pair_b ON pair (b);

CREATE TABLE merge (
  id TEXT PRIMARY KEY,
  winner TEXT NOT NULL,
  loser TEXT NOT NULL,
  before TEXT NOT NULL,              -- JSON of the clear columns before and of what was moved, for an exact undo
  staff TEXT NOT NULL,
  merged_at BIGINT NOT NULL,
  undone_by TEXT,
  undone_at BIGINT
);
CREATE INDEX merge_winner ON merge (winner);
CREATE INDEX merge_loser ON merge (loser);

CREATE TABLE merge_move (
  merge TEXT NOT NULL,
  registration TEXT NOT NULL,
  from_volunteer TEXT NOT NULL,
  PRIMARY KEY (merge, registration)
);

CREATE TABLE batch (
  id TEXT PRIMARY KEY,
  drive TEXT NOT NULL,
  digest BYTEA NOT NULL,             -- of the file: the same file again is recognised
  rows_total BIGINT NOT NULL,
  rows_taken BIGINT NOT NULL,
  rows_refused BIGINT NOT NULL,
  state TEXT NOT NULL,               -- staged, importing, done, undone
  staff TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX batch_digest ON batch (drive, digest);

-- The audit log: one row a commit, its leaves in one blob; sequenced later over seq IS NULL.
CREATE TABLE act_block (
  id TEXT PRIMARY KEY,
  node TEXT NOT NULL,
  at BIGINT NOT NULL,
  leaves BYTEA NOT NULL,
  count BIGINT NOT NULL,
  seq BIGINT
);
CREATE INDEX act_block_unsequenced ON act_block (id) WHERE seq IS NULL;
CREATE UNIQUE INDEX act_block_seq ON act_block (seq) WHERE seq IS NOT NULL;

CREATE TABLE log_head (
  id BIGINT PRIMARY KEY,
  origin TEXT NOT NULL,
  size BIGINT NOT NULL,
  hashes BIGINT NOT NULL,
  root BYTEA NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE TABLE log_hash (
  chunk BIGINT PRIMARY KEY,
  hashes BYTEA NOT NULL
);

CREATE TABLE checkpoint (
  size BIGINT PRIMARY KEY,
  text TEXT NOT NULL,
  signed_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE checkpoint; DROP TABLE log_hash; DROP TABLE log_head; DROP TABLE act_block; DROP TABLE batch; DROP TABLE merge_move;
DROP TABLE merge; DROP TABLE pair; DROP TABLE verification; DROP TABLE consent_end; DROP TABLE volunteer; DROP TABLE registration;
DROP TABLE epoch; DROP TABLE counter; DROP TABLE setting; DROP TABLE drive;
