"""what the engine needs to keep every promise"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GUARD = (
    ("guard_deletions", "50"),
    ("guard_deletions_percent", "20"),
    ("guard_changes", "200"),
    ("guard_changes_percent", "50"),
)


def upgrade() -> None:
    # ---- pacing: outages, what Procore counts by, companies and projects that wait
    op.add_column("rate_budgets", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("rate_budgets", sa.Column("down_until", sa.DateTime(), nullable=True))
    op.add_column("rate_budgets", sa.Column("counted_by", sa.String(length=20), nullable=True))
    op.add_column("companies", sa.Column("paused_at", sa.DateTime(), nullable=True))
    op.add_column("companies", sa.Column("waits_until", sa.DateTime(), nullable=True))
    op.add_column("procore_projects", sa.Column("listed_at", sa.DateTime(), nullable=True))
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

    # ---- checks of both sides, and what the hourly look at the hooks found
    op.create_table(
        "checks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("checked_at", sa.DateTime(), nullable=False),
        sa.Column("equal", sa.Integer(), nullable=False),
        sa.Column("different", sa.Integer(), nullable=False),
        sa.Column("missing_here", sa.Integer(), nullable=False),
        sa.Column("missing_there", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.Integer(), nullable=False),
        sa.Column("marked", sa.Integer(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_checks_company_id_companies"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
    )
    op.create_index(op.f("ix_checks_company_id"), "checks", ["company_id"])
    op.create_index("ix_checks_newest", "checks", ["company_id", "asked_at"])
    op.create_table(
        "check_days",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("checked_at", sa.DateTime(), nullable=False),
        sa.Column("our_records", sa.Integer(), nullable=False),
        sa.Column("our_hours", sa.BigInteger(), nullable=False),
        sa.Column("our_digest", sa.String(length=32), nullable=False),
        sa.Column("their_records", sa.Integer(), nullable=False),
        sa.Column("their_hours", sa.BigInteger(), nullable=False),
        sa.Column("their_digest", sa.String(length=32), nullable=False),
        sa.Column("different", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_check_days_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_days")),
        sa.UniqueConstraint("company_id", "day", name=op.f("uq_check_days_company_id_day")),
    )
    op.create_index(op.f("ix_check_days_company_id"), "check_days", ["company_id"])
    op.add_column("companies", sa.Column("night_check_at", sa.DateTime(), nullable=True))
    op.add_column("companies", sa.Column("silent_since", sa.DateTime(), nullable=True))
    op.add_column("hooks", sa.Column("verified_at", sa.DateTime(), nullable=True))
    op.add_column("hooks", sa.Column("finding", sa.String(length=200), nullable=True))
    op.add_column("hooks", sa.Column("found_at", sa.DateTime(), nullable=True))
    op.add_column("hooks", sa.Column("failing", sa.Integer(), server_default="0", nullable=False))
    op.add_column("hooks", sa.Column("discarded_until", sa.DateTime(), nullable=True))

    # ---- updates and deletions at Procore, written down before they are sent
    op.create_table(
        "writes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procore_id", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=True),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_writes_company_id_companies"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["links.id"], name=op.f("fk_writes_link_id_links"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writes")),
    )
    op.create_index(op.f("ix_writes_company_id"), "writes", ["company_id"])
    op.create_index(op.f("ix_writes_link_id"), "writes", ["link_id"])

    # ---- the mass-change guard, and links of projects that a person took apart
    op.create_table(
        "guard_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_guard_entries_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["links.id"], name=op.f("fk_guard_entries_link_id_links"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_entries")),
        sa.UniqueConstraint("link_id", "direction", name=op.f("uq_guard_entries_link_id_direction")),
    )
    op.create_index(op.f("ix_guard_entries_company_id"), "guard_entries", ["company_id"])
    op.create_index("ix_guard_entries_state", "guard_entries", ["company_id", "direction", "state", "at"])
    op.add_column("companies", sa.Column("fixes", sa.BigInteger(), server_default="0", nullable=False))
    for name, default in GUARD:
        op.add_column("companies", sa.Column(name, sa.Integer(), server_default=default, nullable=False))
    op.add_column("projects", sa.Column("unlinked_project_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "projects", sa.Column("unlinked_sub_job_id", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("projects", sa.Column("unlinked_at", sa.DateTime(), nullable=True))

    # ---- rules of single records: raw answers, locks, the same person, renames, what left the scope
    op.create_table(
        "raw_answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("procore_id", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_raw_answers_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["links.id"], name=op.f("fk_raw_answers_link_id_links"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raw_answers")),
    )
    op.create_index(op.f("ix_raw_answers_company_id"), "raw_answers", ["company_id"])
    op.create_index(op.f("ix_raw_answers_link_id"), "raw_answers", ["link_id"])
    op.create_index("ix_raw_answers_age", "raw_answers", ["company_id", "kept_at"])
    op.add_column("timesheets", sa.Column("locked_at", sa.DateTime(), nullable=True))
    op.add_column("timesheets", sa.Column("processed_at", sa.DateTime(), nullable=True))
    op.add_column("users", sa.Column("same_as_id", sa.BigInteger(), nullable=True))
    op.add_column("procore_time_types", sa.Column("task_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "links",
        sa.Column("is_to_be_deleted_there", sa.Boolean(), server_default=sa.false(), nullable=False),
    )

    # ---- conflicts: who and when on each side, how each was resolved, whether it is carried out
    op.add_column("conflicts", sa.Column("ours_at", sa.DateTime(), nullable=True))
    op.add_column("conflicts", sa.Column("ours_by", sa.String(length=200), nullable=True))
    op.add_column("conflicts", sa.Column("theirs_at", sa.DateTime(), nullable=True))
    op.add_column("conflicts", sa.Column("theirs_by", sa.String(length=200), nullable=True))
    op.add_column("conflicts", sa.Column("resolved_how", sa.String(length=10), nullable=True))
    op.add_column("conflicts", sa.Column("closed_at", sa.DateTime(), nullable=True))
    op.add_column("conflicts", sa.Column("undone_at", sa.DateTime(), nullable=True))
    op.add_column("conflicts", sa.Column("undone_by", sa.String(length=200), nullable=True))
    op.add_column("conflicts", sa.Column("note", sa.String(length=400), nullable=True))
    op.add_column("intents", sa.Column("replaces", sa.BigInteger(), nullable=True))
    op.create_index("ix_conflicts_live", "conflicts", ["link_id", "closed_at"])
    op.execute(
        "UPDATE conflicts SET resolved_how = 'rule', closed_at = resolved_at WHERE resolved_at IS NOT NULL"
    )

    # ---- how Procore takes many new time cards, as far as it was seen
    op.add_column("companies", sa.Column("bulk_keeps_fractions", sa.Boolean(), nullable=True))
    op.add_column("companies", sa.Column("has_small_bulk", sa.Boolean(), nullable=True))

    op.add_column("links", sa.Column("newest_hint", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("links", "newest_hint")
    op.drop_column("companies", "has_small_bulk")
    op.drop_column("companies", "bulk_keeps_fractions")
    # ---- conflicts
    op.drop_index("ix_conflicts_live", table_name="conflicts")
    op.drop_column("intents", "replaces")
    for column in (
        "note",
        "undone_by",
        "undone_at",
        "closed_at",
        "resolved_how",
        "theirs_by",
        "theirs_at",
        "ours_by",
        "ours_at",
    ):
        op.drop_column("conflicts", column)
    # ---- rules of single records
    op.drop_column("links", "is_to_be_deleted_there")
    op.drop_column("procore_time_types", "task_id")
    op.drop_column("users", "same_as_id")
    op.drop_column("timesheets", "processed_at")
    op.drop_column("timesheets", "locked_at")
    op.drop_table("raw_answers")
    # ---- the guard, and links taken apart
    for column in ("unlinked_at", "unlinked_sub_job_id", "unlinked_project_id"):
        op.drop_column("projects", column)
    op.drop_column("companies", "fixes")
    for name, _ in GUARD:
        op.drop_column("companies", name)
    op.drop_table("guard_entries")
    op.drop_table("writes")
    # ---- checks and hooks
    for column in ("discarded_until", "failing", "found_at", "finding", "verified_at"):
        op.drop_column("hooks", column)
    op.drop_column("companies", "silent_since")
    op.drop_column("companies", "night_check_at")
    op.drop_table("check_days")
    op.drop_table("checks")
    # ---- pacing
    op.drop_index("ix_parked_projects_company_id", table_name="parked_projects")
    op.drop_table("parked_projects")
    op.drop_column("procore_projects", "listed_at")
    op.drop_column("companies", "waits_until")
    op.drop_column("companies", "paused_at")
    op.drop_column("rate_budgets", "counted_by")
    op.drop_column("rate_budgets", "down_until")
    op.drop_column("rate_budgets", "failures")
