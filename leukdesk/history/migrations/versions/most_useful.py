"""Two small indexes for what to label next: answers that nobody looked at by probability, and strange images."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make them; each holds only the rows that can be asked for."""
    connection = op.get_bind()
    connection.exec_driver_sql(
        "CREATE INDEX answers_unreviewed ON answers (probability) WHERE human_label = '' AND number = 0"
    )
    connection.exec_driver_sql(
        "CREATE INDEX predictions_unlike ON predictions (novelty) WHERE novelty >= 1 AND number = 0"
    )
