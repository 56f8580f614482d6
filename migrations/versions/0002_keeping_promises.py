"""what the engine needs to keep every promise"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # ---- pacing: outages, what Procore counts by, companies and projects that wait
    op.add_column("rate_budgets", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("rate_budgets", sa.Column("down_until", sa.DateTime(), nullable=True))
    op.add_column("rate_budgets", sa.Column("counted_by", sa.String(length=20), nullable=True))
    op.add_column("companies", sa.Column("paused_at", sa.DateTime(), nullable=True))
    op.add_column("companies", sa.Column("waits_until", sa.DateTime(), nullable=True))
    op.create_table(
        "parked_projects",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procore_project_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("parked_at", sa.DateTime(), nullable=False),
        sa.Column("probe_at", sa.DateTime(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_parked_projects_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_projects")),
        sa.UniqueConstraint(
            "company_id",
            "procore_project_id",
            name=op.f("uq_parked_projects_company_id_procore_project_id"),
        ),
    )
    op.create_index("ix_parked_projects_company_id", "parked_projects", ["company_id"])


def downgrade() -> None:
    # ---- pacing
    op.drop_index("ix_parked_projects_company_id", table_name="parked_projects")
    op.drop_table("parked_projects")
    op.drop_column("companies", "waits_until")
    op.drop_column("companies", "paused_at")
    op.drop_column("rate_budgets", "counted_by")
    op.drop_column("rate_budgets", "down_until")
    op.drop_column("rate_budgets", "failures")
