"""Alembic's environment: migrates the database of the app that is being served. Online only."""

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

from webapp.store.base import Base, Hours, UtcDateTime
from webapp.store.vault import EncryptedText

OWN_TYPES = {UtcDateTime: "sa.DateTime()", Hours: "sa.BigInteger()", EncryptedText: "sa.Text()"}


def render_plain_types(kind, obj, autogen_context):
    """Migrations name plain column types, so that they stay readable when ours change."""
    if kind == "type" and isinstance(obj, TypeDecorator):
        return OWN_TYPES[type(obj)]
    return False


def migrate_online() -> None:
    options = current_app.extensions["migrate"].configure_args
    with current_app.extensions["migrate"].db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_plain_types,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()


migrate_online()
