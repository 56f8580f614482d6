"""a person's word that a deletion is not to be carried out is kept apart from the reason, which others overwrite"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DROPPED = ("guard_dropped", "discarded", "before_switch")


def upgrade() -> None:
    op.add_column("links", sa.Column("dropped_key", sa.String(length=200), nullable=True))
    op.add_column("links", sa.Column("dropped_text", sa.String(length=1000), nullable=True))
    names = ("reason_key", "reason_text", "dropped_key", "dropped_text")
    links = sa.table("links", *(sa.column(name) for name in names))
    kept = {"dropped_key": links.c.reason_key, "dropped_text": links.c.reason_text}
    op.execute(sa.update(links).where(links.c.reason_key.in_(DROPPED)).values(kept))


def downgrade() -> None:
    op.drop_column("links", "dropped_text")
    op.drop_column("links", "dropped_key")
