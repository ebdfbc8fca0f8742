"""The version of the tables, and the steps from one to the next. Alembic is loaded only where a step is due."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from leukdesk.domain.errors import HistoryError, HistoryReason

if TYPE_CHECKING:
    from alembic.config import Config

# To change the tables: change tables.py, add a step to migrations/versions, and its revision at the end here.
REVISIONS = ("0001", "0002", "0003")


def version(connection: Connection) -> str:
    """The revision that the database is at; "" for an empty one. Raises `HistoryError` NEWER for an unknown one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    found: str = connection.scalar(text("SELECT version_num FROM alembic_version")) or ""
    if found and found not in REVISIONS:
        raise HistoryError(
            "this history was written by a newer leukdesk",
            reason=HistoryReason.NEWER,
            advice="Install that version or a newer one; nothing was changed.",
        )
    return found


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest revision, within the caller's transaction."""
    from alembic import command

    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, REVISIONS[-1])


def configuration() -> Config:
    """Where Alembic finds the steps."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config
