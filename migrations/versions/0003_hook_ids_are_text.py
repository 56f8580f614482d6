"""hook ids are text: webhooks v2.0 know hooks by words; and a link knows the content in which its card was last seen

The column is made anew, not altered: SQLite would build the table anew, and drop the hooks' secrets with the old one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _convert(sa.String(length=64), str)
    op.add_column("links", sa.Column("seen_as", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """A hook that has no number is unknown to the version before, which finds it again by its address."""
    op.drop_column("links", "seen_as")
    _convert(sa.BigInteger(), lambda hook: int(hook) if str(hook).isdigit() else None)


def _convert(kind, convert) -> None:
    connection = op.get_bind()
    op.add_column("hooks", sa.Column("id_there", kind, nullable=True))
    hooks = sa.table("hooks", sa.column("id"), sa.column("procore_hook_id"), sa.column("id_there", kind))
    for row in connection.execute(sa.select(hooks).where(hooks.c.procore_hook_id.is_not(None))).all():
        here = hooks.c.id == row.id
        connection.execute(sa.update(hooks).where(here).values(id_there=convert(row.procore_hook_id)))
    op.drop_column("hooks", "procore_hook_id")
    op.execute("ALTER TABLE hooks RENAME COLUMN id_there TO procore_hook_id")  # in both dialects
    removals = sa.table("removals", sa.column("id"), sa.column("hooks", sa.JSON()))
    for row in connection.execute(sa.select(removals)).all():
        owed = [
            {**one, "hook": convert(one["hook"])} if one.get("hook") is not None else one for one in row.hooks
        ]
        connection.execute(sa.update(removals).where(removals.c.id == row.id).values(hooks=owed))
