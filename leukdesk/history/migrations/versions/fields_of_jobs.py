"""What the cells of a batch's images were, beside its items: so that its table is written from the store."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

_TYPES = {"sqlite": {"number": "INTEGER", "bytes": "BLOB"}, "postgresql": {"number": "BIGINT", "bytes": "BYTEA"}}


def upgrade() -> None:
    """Make the table, empty."""
    connection = op.get_bind()
    connection.exec_driver_sql(
        "CREATE TABLE job_fields (job_id {number} NOT NULL, number INTEGER NOT NULL, found {bytes} NOT NULL, "
        "PRIMARY KEY (job_id, number), FOREIGN KEY(job_id) REFERENCES jobs (id))".format(
            **_TYPES[connection.dialect.name]
        )
    )
