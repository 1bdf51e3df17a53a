-- The keyring lives apart from the data and from its backups: deleting a key here is what erases a record.

-- +goose Up
CREATE TABLE ring (
  id TEXT PRIMARY KEY,
  wrapped BYTEA NOT NULL,            -- under the master key
  made_at BIGINT NOT NULL
);

CREATE TABLE personal_key (
  registration TEXT PRIMARY KEY,
  ring TEXT NOT NULL,
  wrapped BYTEA NOT NULL             -- under the ring key
);
CREATE INDEX personal_key_ring ON personal_key (ring);

-- +goose Down
DROP TABLE personal_key; DROP TABLE ring;
