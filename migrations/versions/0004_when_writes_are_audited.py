"""when a write is audited: one without an answer may take effect after its first audit, and is audited again; and in
which units a rule had let Procore's change give way"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("writes", sa.Column("decided", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("writes", sa.Column("audit", sa.String(length=8), nullable=False, server_default="lost"))
    writes = sa.table("writes", sa.column("audit"), sa.column("answered_at"))
    op.execute(sa.update(writes).where(writes.c.answered_at.is_not(None)).values(audit="crowd"))


def downgrade() -> None:
    op.drop_column("writes", "audit")
    op.drop_column("writes", "decided")
