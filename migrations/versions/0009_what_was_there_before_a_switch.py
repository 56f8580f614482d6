"""what was changed before a direction went on from now on, and not looked at by then: since when, and how far it went"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("links", sa.Column("accepted_ours", sa.JSON(), nullable=True))
    op.add_column("companies", sa.Column("receives_since", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("companies", "receives_since")
    op.drop_column("links", "accepted_ours")
