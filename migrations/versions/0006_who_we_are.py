"""what Procore calls the app itself, by which its own events and lines of change histories are known; and the timesheet
that an update was made from, so that one whose answer was lost is known as our own"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("companies", sa.Column("service_user_id", sa.BigInteger(), nullable=True))
    op.add_column("companies", sa.Column("service_user_name", sa.String(length=200), nullable=True))
    op.add_column("writes", sa.Column("ours", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("writes", "ours")
    op.drop_column("companies", "service_user_name")
    op.drop_column("companies", "service_user_id")
