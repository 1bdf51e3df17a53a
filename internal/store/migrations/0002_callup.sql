-- +goose Up
CREATE TABLE callup (
  id TEXT PRIMARY KEY,
  drive TEXT NOT NULL,
  code TEXT NOT NULL,
  state TEXT NOT NULL,               -- open, closed
  report_by BIGINT NOT NULL,
  urgent BOOLEAN NOT NULL,
  exercise BOOLEAN NOT NULL,
  opened_by TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  closed_at BIGINT,
  next_step_at BIGINT NOT NULL,      -- when the planner looks again; claimed by conditional update
  sealed BYTEA NOT NULL,             -- risk, assembly points, reason
  version BIGINT NOT NULL
);
CREATE INDEX callup_due ON callup (next_step_at) WHERE state = 'open';

-- A letter names a call-up in texts. It is taken while the call-up is open and seven days after, so that a late answer
-- cannot be taken for one to another call-up.
CREATE TABLE callup_code (
  drive TEXT NOT NULL,
  code TEXT NOT NULL,
  callup TEXT NOT NULL,
  free_at BIGINT NOT NULL,
  PRIMARY KEY (drive, code)
);

CREATE TABLE need (
  id TEXT PRIMARY KEY,
  callup TEXT NOT NULL,
  position BIGINT NOT NULL,
  function TEXT NOT NULL,
  qualification TEXT NOT NULL,
  wanted BIGINT NOT NULL,
  level BIGINT NOT NULL,
  area TEXT NOT NULL,
  confirm_limit BIGINT NOT NULL,
  limit_fixed BOOLEAN NOT NULL,
  standby_max BIGINT NOT NULL,
  confirmed BIGINT NOT NULL,
  standby BIGINT NOT NULL,
  next_ticket BIGINT NOT NULL,       -- order of stand-by comes from here, never from time
  arrived BIGINT NOT NULL,
  checked_in BIGINT NOT NULL,
  turned_away BIGINT NOT NULL,
  CHECK (confirmed >= 0 AND standby >= 0 AND (confirmed <= confirm_limit))
);
CREATE INDEX need_callup ON need (callup);

CREATE TABLE wave (
  callup TEXT NOT NULL,
  need TEXT NOT NULL,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  size BIGINT NOT NULL,
  reason TEXT NOT NULL,              -- JSON of the planner's figures
  list BYTEA,                        -- who is asked; null once every invitation is written
  written BIGINT NOT NULL,           -- how far down the list
  PRIMARY KEY (need, number)
);
CREATE INDEX wave_unwritten ON wave (callup) WHERE list IS NOT NULL;

-- One person asked for one need; a confirmed one is the seat, unique by (need, volunteer).
CREATE TABLE invitation (
  id TEXT PRIMARY KEY,
  callup TEXT NOT NULL,
  need TEXT NOT NULL,
  volunteer TEXT NOT NULL,
  wave BIGINT NOT NULL,
  state TEXT NOT NULL,
  channel TEXT NOT NULL,             -- sms, call, walk-in
  unclear BOOLEAN NOT NULL,
  walk_in BOOLEAN NOT NULL,          -- came without a yes
  ticket BIGINT,
  invited_at BIGINT NOT NULL,
  sent_at BIGINT,
  reached_at BIGINT,
  answered_at BIGINT,
  checked_in_at BIGINT,
  checked_in_by TEXT,
  checked_out_at BIGINT,
  turned_away_at BIGINT,
  home_safe_at BIGINT,
  told_at BIGINT,
  depart_asked_at BIGINT,            -- a confirmed person was asked whether they still come
  on_the_way_at BIGINT,              -- and said that they do
  depart_rung_at BIGINT              -- a caller tried them about it last
);
CREATE UNIQUE INDEX invitation_seat ON invitation (need, volunteer);
CREATE INDEX invitation_volunteer ON invitation (volunteer, invited_at);
CREATE INDEX invitation_state ON invitation (need, state, ticket);
CREATE INDEX invitation_callup ON invitation (callup);
CREATE INDEX invitation_time ON invitation (invited_at);

-- One stay at the assembly point, from check-in to check-out. Only one may be open.
CREATE TABLE spell (
  invitation TEXT NOT NULL,
  number BIGINT NOT NULL,
  in_at BIGINT NOT NULL,
  in_by TEXT NOT NULL,
  out_at BIGINT,
  out_by TEXT,
  PRIMARY KEY (invitation, number)
);
CREATE UNIQUE INDEX spell_open ON spell (invitation) WHERE out_at IS NULL;

-- Texts and calls as they came in, sealed; handled once.
CREATE TABLE inbox (
  id TEXT PRIMARY KEY,
  carrier TEXT NOT NULL,
  ref_hash BYTEA NOT NULL,           -- of the carrier's id, which is random
  copy_hash BYTEA,                   -- of sender, time and text, so under a key that is not on disk: a gateway's copy under a new id is the same text; null while locked
  kind TEXT NOT NULL,                -- text, call
  state TEXT NOT NULL,               -- new, done, unclear, settled, ignored
  epoch TEXT,
  sealed BYTEA,
  received_at BIGINT NOT NULL,
  volunteer TEXT,
  invitation TEXT,
  reading TEXT NOT NULL,             -- code of what it was taken for
  handled_by TEXT,
  handled_at BIGINT
);
CREATE UNIQUE INDEX inbox_ref ON inbox (ref_hash);
CREATE UNIQUE INDEX inbox_copy ON inbox (copy_hash) WHERE copy_hash IS NOT NULL;
CREATE INDEX inbox_open ON inbox (received_at) WHERE state = 'new' OR state = 'unclear';
CREATE INDEX inbox_volunteer ON inbox (volunteer) WHERE volunteer IS NOT NULL;

-- Effects to deliver. A row says who and which text; the number is looked up when it is sent, or lies sealed.
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  lane TEXT NOT NULL,                -- reply, callup, notice
  text_key TEXT NOT NULL,            -- key of the catalogue, or ''
  args TEXT NOT NULL,                -- JSON, no personal data
  sealed BYTEA,                      -- number or text that no row may show
  seal_kind TEXT NOT NULL,           -- '', house, memory
  holder TEXT NOT NULL,              -- the node whose memory key opens it, else ''
  volunteer TEXT,
  callup TEXT,
  invitation TEXT,
  state TEXT NOT NULL,               -- queued, sending, sent, delivered, failed, unknown, expired, dropped
  carrier TEXT NOT NULL,
  carrier_ref TEXT NOT NULL,
  parts BIGINT NOT NULL,
  parts_delivered BIGINT NOT NULL,   -- one bit a part, as reported
  parts_failed BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  lease TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  queued_at BIGINT NOT NULL,
  sent_at BIGINT,
  delivered_at BIGINT,
  failed_at BIGINT                   -- kept beside a later delivery: both were reported
);
CREATE INDEX outbox_due ON outbox (lane, due_at) WHERE state = 'queued';
CREATE INDEX outbox_sending ON outbox (lease_until) WHERE state = 'sending';
CREATE INDEX outbox_carrier ON outbox (carrier, carrier_ref) WHERE carrier_ref <> '';
CREATE INDEX outbox_lease ON outbox (lease) WHERE state = 'sending';
CREATE INDEX outbox_callup ON outbox (callup) WHERE callup IS NOT NULL;
CREATE INDEX outbox_invitation ON outbox (invitation) WHERE invitation IS NOT NULL;
CREATE INDEX outbox_unknown ON outbox (queued_at) WHERE state = 'unknown';
CREATE INDEX outbox_volunteer ON outbox (volunteer) WHERE volunteer IS NOT NULL;

-- Numbers that said STOP, by a keyed index whose key exists only on an unlocked node.
CREATE TABLE silence (
  phone_index BYTEA PRIMARY KEY,
  silenced_at BIGINT NOT NULL,
  ended_at BIGINT
);

CREATE TABLE gateway (
  carrier TEXT PRIMARY KEY,
  state TEXT NOT NULL,               -- alive, slow, dead, paused
  rate_per_hour BIGINT NOT NULL,
  last_ok_at BIGINT NOT NULL,
  last_failure_at BIGINT NOT NULL,
  failing_since BIGINT NOT NULL,     -- 0 while the last attempt went well
  next_send_at BIGINT NOT NULL,      -- pacing: claimed by conditional update
  failures BIGINT NOT NULL
);

-- +goose Down
DROP TABLE gateway; DROP TABLE silence; DROP TABLE outbox; DROP TABLE inbox; DROP TABLE spell; DROP TABLE invitation; DROP TABLE wave;
DROP TABLE need; DROP TABLE callup_code; DROP TABLE callup;
