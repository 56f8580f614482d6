"""how Procore stored what we sent, until it is taken here: nobody's edit there, when ours is edited first"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("links", sa.Column("shaped_theirs", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("links", "shaped_theirs")
