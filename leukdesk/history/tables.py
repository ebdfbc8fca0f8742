"""The tables, in three kinds; docs/decisions/0020-append-only-schema.md says why they are so.

Chain: `events`. Content: rows that are only ever added, one set an event: their key `event` is the event's number, and
the event's hash covers them. Index: what lists and searches read; follows from the rest and can be made again. Jobs
are neither: the state of work, not a record.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()
# What two indexes are limited to: whole images that nobody looked at, and those unlike what their model knows.
_NOBODY_LOOKED = text("human_label = '' AND number = 0")
_UNLIKE = text("novelty >= 1 AND number = 0")
# SQLite makes INTEGER PRIMARY KEY the row's own address; BIGINT would be a second index.
_Number = BigInteger().with_variant(Integer, "sqlite")


def _event() -> Column[int]:
    return Column("event", _Number, ForeignKey("events.seq"), primary_key=True, autoincrement=False)


def _of(name: str, table: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, _Number, ForeignKey(f"{table}.event"), nullable=nullable)


events = Table(
    "events",
    metadata,
    Column("seq", _Number, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),  # microseconds since 1970, UTC
    Column("user_id", _Number, nullable=False),  # 0: leukdesk itself
    Column("act", String(32), nullable=False),
    Column("case_id", _Number),
    Column("subject", _Number),
    Column("content", LargeBinary, nullable=False),  # SHA-256 of the rows this event added
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("events_of_case", "case_id", "seq"),
)
details = Table(
    "details",
    metadata,
    _event(),
    Column("salt", LargeBinary, nullable=False),  # goes with erasure, so that nobody can guess what was erased
    Column("why", Text, nullable=False),
    Column("changes", Text, nullable=False),  # JSON: {field: [old, new]}
)

users = Table(
    "users",
    metadata,
    _event(),
    Column("user_id", _Number, nullable=False),  # of the first version
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("password", Text),  # argon2 hash; none: no password
    Column("active", SmallInteger, nullable=False),
    Index("users_by_id", "user_id", "event"),
)
sign_ins = Table(
    "sign_ins",
    metadata,
    _event(),
    Column("user_id", _Number, nullable=False),
    Column("succeeded", SmallInteger, nullable=False),
    Index("sign_ins_by_user", "user_id", "event"),
)
bundles = Table(
    "bundles",
    metadata,
    _event(),
    Column("name", Text, nullable=False),
    Column("version", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("classes", Text, nullable=False),  # JSON list
)
cases = Table(
    "cases",
    metadata,
    _event(),
    Column("case_id", _Number, nullable=False),  # of the first version
    Column("accession", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("specimen", String(16), nullable=False),
    Column("stain", Text, nullable=False),
    Column("objective", Text, nullable=False),
    Column("um_per_px", Float),
    Column("received", String(10)),  # ISO date
    Column("fields", Text, nullable=False),  # JSON object
    Index("cases_by_id", "case_id", "event"),
)
images = Table(
    "images",
    metadata,
    _event(),
    Column("case_id", _Number),
    Column("sha256", String(64), nullable=False),
    Column("path", Text, nullable=False),
    Column("file_size", BigInteger, nullable=False),
    Column("format", String(8), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bits", SmallInteger, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("um_per_px", Float),
    Column("synthetic", SmallInteger, nullable=False),
    Index("images_by_case", "case_id", "event"),
    Index("images_by_hash", "sha256", "case_id"),
)
places = Table(
    "places",
    metadata,
    _event(),
    _of("image_id", "images"),
    Column("path", Text, nullable=False),
    Index("places_by_image", "image_id", "event"),
)
cells = Table(
    "cells",
    metadata,
    _event(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("x", Float, nullable=False),
    Column("y", Float, nullable=False),
    Column("width", Float, nullable=False),
    Column("height", Float, nullable=False),
)
predictions = Table(
    "predictions",
    metadata,
    _event(),
    Column("number", Integer, primary_key=True, autoincrement=False),  # 0: the whole image; else the cell's number
    _of("image_id", "images"),
    _of("bundle_id", "bundles"),
    Column("temperature", Float, nullable=False),
    Column("engine", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("probabilities", Text, nullable=False),  # JSON list in the bundle's class order
    Column("novelty", Float, nullable=False),
    Column("decision", String(16), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("quality", Text, nullable=False),  # JSON object
    Index("predictions_by_image", "image_id", "event"),
    Index("predictions_unlike", "novelty", sqlite_where=_UNLIKE, postgresql_where=_UNLIKE),
)
labels = Table(
    "labels",
    metadata,
    _event(),
    _of("image_id", "images"),
    Column("number", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Index("labels_by_image", "image_id", "event"),
)
comments = Table(
    "comments",
    metadata,
    _event(),
    Column("case_id", _Number, nullable=False),
    _of("image_id", "images", nullable=True),
    Column("text", Text, nullable=False),
    Index("comments_by_case", "case_id", "event"),
)
sign_offs = Table(
    "sign_offs",
    metadata,
    _event(),
    Column("case_id", _Number, nullable=False),
    Column("meaning", String(16), nullable=False),
    Column("complete", SmallInteger, nullable=False),  # the last signature that the site asks for
    Column("record_sha256", String(64), nullable=False),
    Column("head", String(64), nullable=False),
    Index("sign_offs_by_case", "case_id", "event"),
)
amendments = Table(
    "amendments",
    metadata,
    _event(),
    Column("case_id", _Number, nullable=False),
    _of("sign_off", "sign_offs"),
    Index("amendments_by_case", "case_id", "event"),
)
tombstones = Table(
    "tombstones",
    metadata,
    _event(),
    Column("case_id", _Number, nullable=False),
    Column("events", Integer, nullable=False),  # how many were erased
)

# Content in the order it is written and hashed; what an event of a case added is found by its number in each.
CONTENT = (
    *(details, users, sign_ins, bundles, cases, images, places, cells, predictions, labels, comments),
    *(sign_offs, amendments, tombstones),
)

case_index = Table(
    "case_index",
    metadata,
    Column("case_id", _Number, primary_key=True, autoincrement=False),
    Column("accession", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("specimen", String(16), nullable=False),
    Column("received", String(10)),
    Column("status", String(16), nullable=False),
    Column("version", _Number, nullable=False),  # event of the newest details
    Column("changed", _Number, nullable=False),  # newest event
    Column("images", Integer, nullable=False),
    Column("unresolved", Integer, nullable=False),
    Column("labels", Text, nullable=False),  # JSON: {label: answers}
    Column("people", Text, nullable=False),  # JSON list: who labelled or signed
    Column("models", Text, nullable=False),  # JSON list: names of bundles
    Column("words", Text, nullable=False),  # what text search finds it by
    Index("case_index_accession", "accession", unique=True),
    Index("case_index_patient", "patient"),
    Index("case_index_received", "received", "case_id"),
    Index("case_index_changed", "changed"),
    Index("case_index_status", "status", "case_id"),
    Index("case_index_images", "images", "case_id"),
    Index("case_index_unresolved", "unresolved", "case_id"),
)
answers = Table(
    "answers",
    metadata,
    Column("image_id", _Number, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("case_id", _Number),
    Column("model_label", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("accepted", SmallInteger, nullable=False),
    Column("human_label", Text, nullable=False),
    Index("answers_by_case", "case_id", "probability"),
    Index("answers_unreviewed", "probability", sqlite_where=_NOBODY_LOOKED, postgresql_where=_NOBODY_LOOKED),
)
thumbnails = Table(
    "thumbnails", metadata, Column("image_id", _Number, primary_key=True, autoincrement=False),
    Column("picture", LargeBinary, nullable=False),
)  # fmt: skip
INDEX = (case_index, answers, thumbnails)

jobs = Table(
    "jobs",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("created", BigInteger, nullable=False),
    Column("user_id", _Number, nullable=False),
    Column("case_id", _Number),
    Column("options", Text, nullable=False),
    Column("state", String(16), nullable=False),
)
job_items = Table(
    "job_items",
    metadata,
    Column("job_id", _Number, ForeignKey("jobs.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("path", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("what", Text, nullable=False),
    Column("finding", _Number),
    Column("attempts", Integer, nullable=False),
    Index("job_items_by_state", "job_id", "state", "number"),
    Index("job_items_by_hash", "job_id", "sha256"),
)
job_fields = Table(
    "job_fields",
    metadata,
    Column("job_id", _Number, ForeignKey("jobs.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("found", LargeBinary, nullable=False),  # packed by kept_fields: the cells of an item's image
)
