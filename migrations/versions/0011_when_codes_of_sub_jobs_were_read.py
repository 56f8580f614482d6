"""when a sub job's own cost codes were read: time of its project is matched to them, be there none or some"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("procore_sub_jobs", sa.Column("codes_read_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("procore_sub_jobs", "codes_read_at")
