"""a time type that Procore no longer lists is marked: no task is sent as it any more"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_removed = sa.Column("is_removed", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("procore_time_types", is_removed)


def downgrade() -> None:
    op.drop_column("procore_time_types", "is_removed")
