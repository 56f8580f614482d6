"""the card that Procore split a record's card off: neither is counted without the other"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("links", sa.Column("split_of", sa.BigInteger(), nullable=True))
    op.create_index("ix_links_split", "links", ["company_id", "split_of"])


def downgrade() -> None:
    op.drop_index("ix_links_split", table_name="links")
    op.drop_column("links", "split_of")
