-- A store of schema 1, as its cofferd left it: two companies, one delete, two values.
CREATE TABLE companies (
  company_id TEXT NOT NULL PRIMARY KEY,
  epoch      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE integrations (
  company_id     TEXT NOT NULL,
  integration_id TEXT NOT NULL,
  provider       TEXT NOT NULL,
  label          TEXT NOT NULL,
  status         TEXT NOT NULL,
  scopes         TEXT NOT NULL,
  version        INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  rotated_at     INTEGER NOT NULL,
  expires_at     INTEGER,
  last_error     TEXT,
  PRIMARY KEY (company_id, integration_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
  id           TEXT NOT NULL,
  company_id   TEXT NOT NULL,
  kind         TEXT NOT NULL,
  subject_id   TEXT NOT NULL,
  name         TEXT NOT NULL,
  version      INTEGER NOT NULL,
  key_id       BLOB NOT NULL,
  nonce        BLOB NOT NULL,
  value        BLOB NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  last_used_at INTEGER,
  PRIMARY KEY (company_id, kind, subject_id, name, version)
) STRICT;
CREATE UNIQUE INDEX secrets_by_id ON secrets (company_id, id);

CREATE TABLE keys (
  key_id     BLOB NOT NULL PRIMARY KEY,
  created_at INTEGER NOT NULL,
  writes     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  company_id TEXT NOT NULL,
  kind       TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  name       TEXT NOT NULL,
  version    INTEGER NOT NULL
) STRICT;

INSERT INTO companies VALUES ('cmp_a', 4), ('cmp_b', 1);
INSERT INTO integrations VALUES
  ('cmp_a', 'slack', 'slack', 'Slack of A', 'connected', 'chat:write', 4, 1000, 3000, 9000, NULL),
  ('cmp_b', 'github', 'github', 'GitHub', 'connected', '', 1, 2000, 2000, NULL, NULL);
INSERT INTO secrets VALUES
  ('row-a', 'cmp_a', 'integration', 'slack', 'credential', 4, x'07070707070707070707070707070707',
   x'040404040404040404040404', CAST('value/4' AS BLOB), 3000, 3000, 3500),
  ('row-b', 'cmp_b', 'integration', 'github', 'credential', 1, x'07070707070707070707070707070707',
   x'010101010101010101010101', CAST('value/1' AS BLOB), 2000, 2000, NULL);
INSERT INTO keys VALUES (x'07070707070707070707070707070707', 500, 42);
INSERT INTO changes (company_id, kind, subject_id, name, version) VALUES
  ('cmp_a', 'integration', 'slack', 'credential', 1),
  ('cmp_a', 'integration', 'old', 'credential', 2),
  ('cmp_b', 'integration', 'github', 'credential', 1),
  ('cmp_a', 'integration', 'old', 'credential', 0),
  ('cmp_a', 'integration', 'slack', 'credential', 4);
PRAGMA application_id = 1129268818;
PRAGMA user_version = 1;
