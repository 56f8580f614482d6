"""which timesheets are older than the connection: told by their ids, as our clock is not Procore's"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "companies", sa.Column("entered_before", sa.BigInteger(), nullable=False, server_default="0")
    )
    companies = sa.table(
        "companies", sa.column("id"), sa.column("connected_at"), sa.column("entered_before", sa.BigInteger())
    )
    timesheets = sa.table(
        "timesheets", sa.column("id", sa.BigInteger()), sa.column("company_id"), sa.column("created_at")
    )
    is_older = (timesheets.c.company_id == companies.c.id) & (
        timesheets.c.created_at < companies.c.connected_at
    )
    last = sa.select(sa.func.max(timesheets.c.id)).where(is_older).scalar_subquery()
    op.execute(sa.update(companies).values(entered_before=sa.func.coalesce(last, 0)))


def downgrade() -> None:
    op.drop_column("companies", "entered_before")
