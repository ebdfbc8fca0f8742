"""The first tables. Frozen: what they are today stands in tables.py, and a test compares the two."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

_TYPES = {
    "sqlite": {"number": "INTEGER", "bytes": "BLOB", "serial": "INTEGER"},
    "postgresql": {"number": "BIGINT", "bytes": "BYTEA", "serial": "BIGSERIAL"},
}
# Never changed; content may go only with its case, by erasure.
_APPEND_ONLY = (
    *("events", "details", "users", "sign_ins", "bundles", "cases", "images", "places", "cells", "predictions"),
    *("labels", "comments", "sign_offs", "amendments", "tombstones"),
)
_NEVER_DELETED = ("events", "users", "bundles", "tombstones")


def upgrade() -> None:
    """Make everything."""
    connection = op.get_bind()
    kind = connection.dialect.name
    for statement in _TABLES.format(**_TYPES[kind]).split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)
    for statement in _SQLITE if kind == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)
    guards = [("UPDATE", table) for table in _APPEND_ONLY] + [("DELETE", table) for table in _NEVER_DELETED]
    for verb, table in guards:
        connection.exec_driver_sql(_GUARD[kind].format(verb=verb, table=table))


_SQLITE = (
    "CREATE VIRTUAL TABLE case_words USING fts5(words, tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\", "
    "prefix='1 2 3')",
)
_POSTGRESQL = (
    "CREATE INDEX case_index_words ON case_index USING gin (array_to_tsvector(string_to_array(words, ' ')))",
    "CREATE FUNCTION leukdesk_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'this table is append-only'; END $$",
)
_GUARD = {
    "sqlite": "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'this table is append-only'); END",
    "postgresql": "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION leukdesk_append_only()",
}

_TABLES = """
CREATE TABLE answers (
    image_id {number} NOT NULL,
    number INTEGER NOT NULL,
    case_id {number},
    model_label TEXT NOT NULL,
    probability FLOAT NOT NULL,
    accepted SMALLINT NOT NULL,
    human_label TEXT NOT NULL,
    PRIMARY KEY (image_id, number)
);
CREATE INDEX answers_by_case ON answers (case_id, probability);
CREATE TABLE case_index (
    case_id {number} NOT NULL,
    accession TEXT NOT NULL,
    patient TEXT NOT NULL,
    specimen VARCHAR(16) NOT NULL,
    received VARCHAR(10),
    status VARCHAR(16) NOT NULL,
    version {number} NOT NULL,
    changed {number} NOT NULL,
    images INTEGER NOT NULL,
    unresolved INTEGER NOT NULL,
    labels TEXT NOT NULL,
    people TEXT NOT NULL,
    models TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (case_id)
);
CREATE UNIQUE INDEX case_index_accession ON case_index (accession);
CREATE INDEX case_index_changed ON case_index (changed);
CREATE INDEX case_index_images ON case_index (images, case_id);
CREATE INDEX case_index_patient ON case_index (patient);
CREATE INDEX case_index_received ON case_index (received, case_id);
CREATE INDEX case_index_status ON case_index (status, case_id);
CREATE INDEX case_index_unresolved ON case_index (unresolved, case_id);
CREATE TABLE events (
    seq {number} NOT NULL,
    at BIGINT NOT NULL,
    user_id {number} NOT NULL,
    act VARCHAR(32) NOT NULL,
    case_id {number},
    subject {number},
    content {bytes} NOT NULL,
    previous {bytes} NOT NULL,
    hash {bytes} NOT NULL,
    PRIMARY KEY (seq)
);
CREATE INDEX events_of_case ON events (case_id, seq);
CREATE TABLE jobs (
    id {serial} NOT NULL,
    created BIGINT NOT NULL,
    user_id {number} NOT NULL,
    case_id {number},
    options TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE thumbnails (
    image_id {number} NOT NULL,
    picture {bytes} NOT NULL,
    PRIMARY KEY (image_id)
);
CREATE TABLE bundles (
    event {number} NOT NULL,
    name TEXT NOT NULL,
    version VARCHAR(32) NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    classes TEXT NOT NULL,
    PRIMARY KEY (event),
    FOREIGN KEY(event) REFERENCES events (seq)
);
CREATE TABLE cases (
    event {number} NOT NULL,
    case_id {number} NOT NULL,
    accession TEXT NOT NULL,
    patient TEXT NOT NULL,
    specimen VARCHAR(16) NOT NULL,
    stain TEXT NOT NULL,
    objective TEXT NOT NULL,
    um_per_px FLOAT,
    received VARCHAR(10),
    fields TEXT NOT NULL,
    PRIMARY KEY (event),
    FOREIGN KEY(event) REFERENCES events (seq)
);
CREATE INDEX cases_by_id ON cases (case_id, event);
CREATE TABLE cells (
    event {number} NOT NULL,
    number INTEGER NOT NULL,
    x FLOAT NOT NULL,
    y FLOAT NOT NULL,
    width FLOAT NOT NULL,
    height FLOAT NOT NULL,
    PRIMARY KEY (event, number),
    FOREIGN KEY(event) REFERENCES events (seq)
);
CREATE TABLE details (
    event {number} NOT NULL,
    salt {bytes} NOT NULL,
    why TEXT NOT NULL,
    changes TEXT NOT NULL,
    PRIMARY KEY (event),
    FOREIGN KEY(event) REFERENCES events (seq)
);
CREATE TABLE images (
    event {number} NOT NULL,
    case_id {number},
    sha256 VARCHAR(64) NOT NULL,
    path TEXT NOT NULL,
    file_size BIGINT NOT NULL,
    format VARCHAR(8) NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bits SMALLINT NOT NULL,
    pages INTEGER NOT NULL,
    um_per_px FLOAT,
    synthetic SMALLINT NOT NULL,
    PRIMARY KEY (event),
    FOREIGN KEY(event) REFERENCES events (seq)
);
CREATE INDEX images_by_case ON images (case_id, event);
CREATE INDEX images_by_hash ON images (sha256, case_id);
CREATE TABLE job_items (
    job_id {number} NOT NULL,
    number INTEGER NOT NULL,
    path TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    reason VARCHAR(32) NOT NULL,
    what TEXT NOT NULL,
    finding {number},
    attempts INTEGER NOT NULL,
    PRIMARY KEY (job_id, number),
    FOREIGN KEY(job_id) REFERENCES jobs (id)
);
CREATE INDEX job_items_by_hash ON job_items (job_id, sha256);
CREATE INDEX job_items_by_state ON job_items (job_id, state, number);
CREATE TABLE sign_ins (
    event {number} NOT NULL,
    user_id {number} NOT NULL,
    succeeded SMALLINT NOT NULL,
    PRIMARY KEY (event),
    FOREIGN KEY(event) REFERENCES events (seq)
);
CREATE INDEX sign_ins_by_user ON sign_ins (user_id, event);
CREATE TABLE sign_offs (
    event {number} NOT NULL,
    case_id {number} NOT NULL,
    meaning VARCHAR(16) NOT NULL,
    complete SMALLINT NOT NULL,
    record_sha256 VARCHAR(64) NOT NULL,
    head VARCHAR(64) NOT NULL,
    PRIMARY KEY (event),
    FOREIGN KEY(event) REFERENCES events (seq)
);
CREATE INDEX sign_offs_by_case ON sign_offs (case_id, event);
CREATE TABLE tombstones (
    event {number} NOT NULL,
    case_id {number} NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (event),
    FOREIGN KEY(event) REFERENCES events (seq)
);
CREATE TABLE users (
    event {number} NOT NULL,
    user_id {number} NOT NULL,
    name TEXT NOT NULL,
    role VARCHAR(16) NOT NULL,
    password TEXT,
    active SMALLINT NOT NULL,
    PRIMARY KEY (event),
    FOREIGN KEY(event) REFERENCES events (seq)
);
CREATE INDEX users_by_id ON users (user_id, event);
CREATE TABLE amendments (
    event {number} NOT NULL,
    case_id {number} NOT NULL,
    sign_off {number} NOT NULL,
    PRIMARY KEY (event),
    FOREIGN KEY(event) REFERENCES events (seq),
    FOREIGN KEY(sign_off) REFERENCES sign_offs (event)
);
CREATE INDEX amendments_by_case ON amendments (case_id, event);
CREATE TABLE comments (
    event {number} NOT NULL,
    case_id {number} NOT NULL,
    image_id {number},
    text TEXT NOT NULL,
    PRIMARY KEY (event),
    FOREIGN KEY(event) REFERENCES events (seq),
    FOREIGN KEY(image_id) REFERENCES images (event)
);
CREATE INDEX comments_by_case ON comments (case_id, event);
CREATE TABLE labels (
    event {number} NOT NULL,
    image_id {number} NOT NULL,
    number INTEGER NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (event),
    FOREIGN KEY(event) REFERENCES events (seq),
    FOREIGN KEY(image_id) REFERENCES images (event)
);
CREATE INDEX labels_by_image ON labels (image_id, event);
CREATE TABLE places (
    event {number} NOT NULL,
    image_id {number} NOT NULL,
    path TEXT NOT NULL,
    PRIMARY KEY (event),
    FOREIGN KEY(event) REFERENCES events (seq),
    FOREIGN KEY(image_id) REFERENCES images (event)
);
CREATE INDEX places_by_image ON places (image_id, event);
CREATE TABLE predictions (
    event {number} NOT NULL,
    number INTEGER NOT NULL,
    image_id {number} NOT NULL,
    bundle_id {number} NOT NULL,
    temperature FLOAT NOT NULL,
    engine TEXT NOT NULL,
    label TEXT NOT NULL,
    probability FLOAT NOT NULL,
    probabilities TEXT NOT NULL,
    novelty FLOAT NOT NULL,
    decision VARCHAR(16) NOT NULL,
    reason VARCHAR(16) NOT NULL,
    quality TEXT NOT NULL,
    PRIMARY KEY (event, number),
    FOREIGN KEY(event) REFERENCES events (seq),
    FOREIGN KEY(image_id) REFERENCES images (event),
    FOREIGN KEY(bundle_id) REFERENCES bundles (event)
);
CREATE INDEX predictions_by_image ON predictions (image_id, event);
"""
