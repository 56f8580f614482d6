"""how Procore's card was when a person decided that a change is not to be synced: it is, once the card is another"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("links", sa.Column("dropped_as", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("links", "dropped_as")
