-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- The schema of SQLite.Store. Tables and columns are those of interfaces/icert-schema.h, in the same
-- order (big values last, so that reading the small ones touches no overflow page); a test compares
-- the two. What must always hold is a constraint here and not only code elsewhere. Named constraints
-- give their name to the error of a batch that violates them. Dates are microseconds since 1970, UTC.
--
-- Foreign keys are deferred, so that the order of the changes inside a batch does not matter; the
-- store looks at the end of each batch whether one is open. An index costs about a microsecond per
-- certificate: there is one for each column that views may sort by, and for what the engine asks.
--
-- Whoever changes a line here after a release raises STORE_SQLITE_SCHEMA_VERSION (modules/store-sqlite), keeps
-- the old text in tests/fixtures, and says in store-sqlite-migrate.c what new columns are filled with.

-- The store's own row. Epoch: raised by each engine that opens the store and checked by each commit
-- (S-F1). Last group: number of the newest commit, by which an engine finds out whether a commit of
-- unknown outcome went in (S-E4).
CREATE TABLE engine (
  id         INTEGER NOT NULL PRIMARY KEY CONSTRAINT one_engine_row CHECK (id = 1),
  epoch      INTEGER NOT NULL,
  last_group INTEGER NOT NULL
) STRICT;

INSERT INTO engine (id, epoch, last_group) VALUES (1, 0, 0);

-- One row a request; it also holds the certificate. The CA's own certificates and those above them
-- count down from -1, so that the first request is 1 and no counter knows of them.
CREATE TABLE requests (
  id INTEGER NOT NULL PRIMARY KEY CONSTRAINT request_id CHECK (id <> 0),
  version INTEGER NOT NULL DEFAULT 1,
  content_version INTEGER,
  approved_version INTEGER,
  request_type INTEGER,
  request_flags INTEGER,
  status_code INTEGER,
  status TEXT,
  disposition INTEGER NOT NULL,
  disposition_message TEXT,
  submitted_when INTEGER,
  resolved_when INTEGER,
  revoked_when INTEGER,
  revoked_effective_when INTEGER,
  revoked_reason INTEGER,
  requester_name TEXT,
  caller_name TEXT,
  caller_id TEXT,
  door TEXT,
  officer_name TEXT,
  officer INTEGER,
  signer_policies TEXT,
  signer_application_policies TEXT,
  endorsement_key_hash TEXT,
  endorsement_certificate_hash TEXT,
  request_distinguished_name TEXT,
  request_common_name TEXT,
  request_country TEXT,
  request_organization TEXT,
  request_org_unit TEXT,
  request_locality TEXT,
  request_state TEXT,
  request_title TEXT,
  request_given_name TEXT,
  request_initials TEXT,
  request_sur_name TEXT,
  request_domain_component TEXT,
  request_email TEXT,
  request_street_address TEXT,
  request_unstructured_name TEXT,
  request_unstructured_address TEXT,
  request_device_serial_number TEXT,
  certificate_template TEXT,
  profile_version INTEGER,
  enrollment_flags INTEGER,
  general_flags INTEGER,
  private_key_flags INTEGER,
  serial_number TEXT,
  issuer_name_id INTEGER,
  not_before INTEGER,
  not_after INTEGER,
  crl_partition_index INTEGER,
  publish_expired_cert_in_crl INTEGER,
  hold_allowed INTEGER,
  subject_key_identifier TEXT,
  public_key_length INTEGER,
  public_key_algorithm TEXT,
  upn TEXT,
  distinguished_name TEXT,
  common_name TEXT,
  country TEXT,
  organization TEXT,
  org_unit TEXT,
  locality TEXT,
  state TEXT,
  title TEXT,
  given_name TEXT,
  initials TEXT,
  sur_name TEXT,
  domain_component TEXT,
  email TEXT,
  street_address TEXT,
  unstructured_name TEXT,
  unstructured_address TEXT,
  device_serial_number TEXT,
  certificate_hash TEXT,
  certificate_hash_sha256 TEXT,
  request_attributes TEXT,
  request_raw_name BLOB,
  raw_name BLOB,
  raw_public_key BLOB,
  raw_public_key_algorithm_parameters BLOB,
  key_recovery_hashes TEXT,
  attestation_challenge BLOB,
  raw_archived_key BLOB,
  raw_precertificate BLOB,
  linter_certificate BLOB,
  raw_old_certificate BLOB,
  raw_request BLOB,
  raw_certificate BLOB,

  -- not IN (…), for which SQLite fills a table of its own at each insert (a tenth of its cost)
  CONSTRAINT disposition CHECK (
    disposition BETWEEN 8 AND 9 OR disposition = 12 OR disposition BETWEEN 15 AND 17
    OR disposition BETWEEN 20 AND 21 OR disposition BETWEEN 30 AND 31),
  CONSTRAINT own_certificate CHECK ((id < 0) = (disposition BETWEEN 15 AND 17)),
  -- own, issued and revoked ones have a certificate, revoked ones a date
  CONSTRAINT certificate CHECK (
    disposition NOT BETWEEN 15 AND 21
    OR (serial_number IS NOT NULL AND raw_certificate IS NOT NULL)),
  CONSTRAINT revocation CHECK (disposition <> 21 OR revoked_when IS NOT NULL)
) STRICT;

CREATE INDEX requests_disposition ON requests (disposition);
CREATE INDEX requests_submitted_when ON requests (submitted_when);
CREATE INDEX requests_revoked_effective_when ON requests (revoked_effective_when);
CREATE INDEX requests_requester_name ON requests (requester_name);
CREATE INDEX requests_certificate_template ON requests (certificate_template);
CREATE INDEX requests_serial_number ON requests (serial_number);
CREATE INDEX requests_not_after ON requests (not_after);
CREATE INDEX requests_common_name ON requests (common_name);
CREATE INDEX requests_certificate_hash ON requests (certificate_hash);

-- To find a value, not to sort by: few certificates have an UPN, and the first digits of a hash tell
-- certificates apart as well as all 64 do, in an eighth of the pages.
CREATE INDEX requests_upn ON requests (upn) WHERE upn IS NOT NULL;
CREATE INDEX requests_certificate_hash_sha256 ON requests (substr(certificate_hash_sha256, 1, 8));

-- Name-value pairs of a request (AD CS: the attribute table).
CREATE TABLE attributes (
  request_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT,

  PRIMARY KEY (request_id, name),
  FOREIGN KEY (request_id) REFERENCES requests (id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- Extensions of a request by OID; disabled ones stay as rows.
CREATE TABLE extensions (
  request_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  flags INTEGER,
  raw_value BLOB,

  PRIMARY KEY (request_id, name),
  FOREIGN KEY (request_id) REFERENCES requests (id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- Names of issued certificates in canonical form, to find a certificate by them.
CREATE TABLE names (
  kind INTEGER NOT NULL,
  value TEXT NOT NULL,
  request_id INTEGER NOT NULL,

  PRIMARY KEY (kind, value, request_id),
  FOREIGN KEY (request_id) REFERENCES requests (id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- for what is deleted with its request
CREATE INDEX names_request_id ON names (request_id);

-- The slim status table: a serial is here from the intent on and for ever, also when the request row
-- is deleted, so its request_id is no foreign key. OCSP and CRLs read nothing else.
--
-- revoked_when: from when on it is revoked (the effective date; may lie in the future). partition: of
-- the CRL that lists it, fixed when the serial is reserved. changed: when the status changed last,
-- empty while nothing ever did; so whatever a CRL may list has it, also what was released from hold
-- (good again, with changed). publish_expired: stays on CRLs after its end.
CREATE TABLE serials (
  issuer INTEGER NOT NULL,
  serial BLOB NOT NULL,
  state INTEGER NOT NULL,
  request_id INTEGER,
  not_after INTEGER,
  revoked_when INTEGER,
  reason INTEGER,
  partition INTEGER NOT NULL DEFAULT 0,
  changed INTEGER,
  publish_expired INTEGER NOT NULL DEFAULT 0,

  PRIMARY KEY (issuer, serial),
  CONSTRAINT serial_length CHECK (length(serial) BETWEEN 1 AND 20),
  CONSTRAINT serial_state CHECK (state BETWEEN 0 AND 3),
  CONSTRAINT serial_revocation CHECK (
    state < 2 OR (revoked_when IS NOT NULL AND changed IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- What CRLs are made of: whatever changed, with all that an entry needs, so that a CRL is a walk over
-- one range of this index and never looks into the table. Partial: the many that nothing ever happened
-- to cost nothing.
CREATE INDEX serials_issuer
  ON serials (issuer, partition, serial, revoked_when, reason, state, not_after, changed, publish_expired)
  WHERE changed IS NOT NULL;
-- what a start looks for after a crash
CREATE INDEX serials_state ON serials (state) WHERE state = 0;

-- What was about to be signed by a key outside this process (S-E1 step 4).
CREATE TABLE intents (
  request_id INTEGER NOT NULL PRIMARY KEY,
  issuer INTEGER NOT NULL,
  serial BLOB NOT NULL,
  profile_version INTEGER,
  tbs BLOB NOT NULL,

  FOREIGN KEY (request_id) REFERENCES requests (id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Why a request was decided as it was.
CREATE TABLE traces (
  request_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  trace BLOB,

  PRIMARY KEY (request_id, sequence),
  FOREIGN KEY (request_id) REFERENCES requests (id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- Idempotency keys: unique per caller, and kept when the request row is deleted (S-E5).
CREATE TABLE submission_keys (
  submission_key TEXT NOT NULL,
  caller TEXT NOT NULL,
  request_id INTEGER NOT NULL,
  content_hash BLOB,

  PRIMARY KEY (submission_key, caller)
) STRICT, WITHOUT ROWID;

-- Keys that no certificate is issued for any more: those of certificates revoked for key compromise
-- (S-B3). Kept when the request row is deleted.
CREATE TABLE blocked_keys (
  key_hash BLOB NOT NULL PRIMARY KEY,
  since INTEGER,
  request_id INTEGER,

  CONSTRAINT blocked_key CHECK (length(key_hash) = 32)
) STRICT, WITHOUT ROWID;

-- The audit log; each record holds the hash of the one before it.
CREATE TABLE audit (
  sequence INTEGER NOT NULL PRIMARY KEY CONSTRAINT audit_sequence CHECK (sequence > 0),
  time INTEGER,
  node TEXT,
  actor TEXT,
  door TEXT,
  verb TEXT,
  object TEXT,
  outcome TEXT,
  detail TEXT,
  hash BLOB,
  mac BLOB
) STRICT;

-- Signed statements about the audit log: its end at that moment.
CREATE TABLE checkpoints (
  sequence INTEGER NOT NULL PRIMARY KEY CONSTRAINT checkpoint_sequence CHECK (sequence > 0),
  time INTEGER,
  node TEXT,
  records INTEGER,
  waivers TEXT,
  sinks TEXT,
  hash BLOB,
  key BLOB,
  signature BLOB
) STRICT;

-- Events that wait for an exit module.
CREATE TABLE outbox (
  id INTEGER NOT NULL PRIMARY KEY,
  request_id INTEGER,
  event INTEGER,
  class_id TEXT,
  created INTEGER,
  due INTEGER,
  attempts INTEGER,
  dead INTEGER NOT NULL DEFAULT 0,
  run INTEGER,
  error TEXT
) STRICT;

-- what is to be tried next
CREATE INDEX outbox_dead ON outbox (dead, due);

-- Next free numbers (S-E7).
CREATE TABLE counters (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL CONSTRAINT counter CHECK (value >= 0)
) STRICT, WITHOUT ROWID;

-- Who changed what in the configuration.
CREATE TABLE config_history (
  id INTEGER NOT NULL PRIMARY KEY,
  time INTEGER,
  actor TEXT,
  node TEXT,
  entry TEXT,
  old_value TEXT,
  new_value TEXT
) STRICT;

-- Where a CRL went, and how: one row for each place.
CREATE TABLE publications (
  crl INTEGER NOT NULL,
  place TEXT NOT NULL,
  class_id TEXT,
  state INTEGER NOT NULL CONSTRAINT publication_state CHECK (state BETWEEN 0 AND 3),
  attempts INTEGER,
  tried INTEGER,
  due INTEGER,
  read_back INTEGER,
  error TEXT,

  PRIMARY KEY (crl, place)
) STRICT, WITHOUT ROWID;

-- Changes that wait for a second administrator (S-D11).
CREATE TABLE changes (
  id INTEGER NOT NULL PRIMARY KEY,
  state INTEGER NOT NULL,
  time INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  actor TEXT NOT NULL,
  actor_name TEXT,
  verb TEXT NOT NULL,
  object TEXT,
  old_hash TEXT,
  second_actor TEXT,
  second_name TEXT,
  decided_when INTEGER,
  detail TEXT,
  value TEXT,

  CONSTRAINT two_persons CHECK (second_actor IS NULL OR state = 3 OR second_actor <> actor)
) STRICT;

-- what waits
CREATE INDEX changes_state ON changes (state, id);

-- Contents of profiles that were in use; actor: who brought them, NULL when they were found in the
-- folder.
CREATE TABLE profiles (
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  version INTEGER,
  time INTEGER NOT NULL,
  actor TEXT,
  actor_name TEXT,
  second_actor TEXT,
  withdrawn INTEGER,
  content TEXT,

  PRIMARY KEY (name, hash)
) STRICT, WITHOUT ROWID;

-- CRLs. The octets are in a file; its row is committed when the file is durable.
CREATE TABLE crls (
  id INTEGER NOT NULL PRIMARY KEY CONSTRAINT crl_id CHECK (id > 0),
  number INTEGER NOT NULL CONSTRAINT crl_number CHECK (number > 0),
  min_base INTEGER NOT NULL DEFAULT 0,
  name_id INTEGER NOT NULL,
  partition_index INTEGER NOT NULL DEFAULT 0,
  count INTEGER,
  this_update INTEGER NOT NULL,
  next_update INTEGER NOT NULL,
  this_publish INTEGER,
  next_publish INTEGER,
  effective INTEGER,
  propagation_complete INTEGER,
  last_published INTEGER,
  publish_attempts INTEGER NOT NULL DEFAULT 0,
  publish_flags INTEGER NOT NULL DEFAULT 0,
  publish_status_code INTEGER NOT NULL DEFAULT 0,
  publish_error TEXT,
  size INTEGER,
  hash_sha256 TEXT,
  file TEXT,

  -- a base and a delta share the number of their run, and the first delta builds on that base
  CONSTRAINT crl_base CHECK (min_base BETWEEN 0 AND number)
) STRICT;

-- the newest of a key and partition; a number is used once for each of their kinds (S-I2)
CREATE UNIQUE INDEX crls_name_id ON crls (name_id, partition_index, number, min_base);
CREATE INDEX crls_number ON crls (number);
CREATE INDEX crls_next_update ON crls (next_update);
CREATE INDEX crls_next_publish ON crls (next_publish);
CREATE INDEX crls_propagation_complete ON crls (propagation_complete);
CREATE INDEX crls_last_published ON crls (last_published);
CREATE INDEX crls_publish_attempts ON crls (publish_attempts);
CREATE INDEX crls_publish_status_code ON crls (publish_status_code);
