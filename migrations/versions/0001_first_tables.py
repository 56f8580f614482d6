"""first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "companies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procore_company_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("paused_reason", sa.String(length=500), nullable=True),
        sa.Column("connected_at", sa.DateTime(), nullable=True),
        sa.Column("hook_scope", sa.String(length=10), nullable=True),
        sa.Column("receive", sa.Boolean(), nullable=False),
        sa.Column("receive_only_linked", sa.Boolean(), nullable=False),
        sa.Column("receive_project_per_sub_job", sa.Boolean(), nullable=False),
        sa.Column("send", sa.Boolean(), nullable=False),
        sa.Column("send_only_linked", sa.Boolean(), nullable=False),
        sa.Column("conflict_rule", sa.String(length=10), server_default="default", nullable=False),
        sa.Column("updated_cursor", sa.DateTime(), nullable=True),
        sa.Column("deleted_cursor", sa.DateTime(), nullable=True),
        sa.Column("swept_at", sa.DateTime(), nullable=True),
        sa.Column("directory_read_at", sa.DateTime(), nullable=True),
        sa.Column("probe_at", sa.DateTime(), nullable=True),
        sa.Column("lease_owner", sa.String(length=80), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("lease_token", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companies")),
        sa.UniqueConstraint("procore_company_id", name=op.f("uq_companies_procore_company_id")),
    )
    op.create_table(
        "credentials",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=True),
        sa.Column("refresh_token", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("refused_at", sa.DateTime(), nullable=True),
        sa.Column("locked_by", sa.String(length=80), nullable=True),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_credentials")),
    )
    op.create_table(
        "periodic_runs",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("ran_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_periodic_runs")),
    )
    op.create_table(
        "rate_budgets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("credential_key", sa.String(length=60), nullable=False),
        sa.Column("procore_company_id", sa.BigInteger(), nullable=False),
        sa.Column("limit", sa.Integer(), nullable=True),
        sa.Column("remaining", sa.Integer(), nullable=True),
        sa.Column("reset_at", sa.DateTime(), nullable=True),
        sa.Column("blocked_until", sa.DateTime(), nullable=True),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_budgets")),
        sa.UniqueConstraint(
            "credential_key",
            "procore_company_id",
            name=op.f("uq_rate_budgets_credential_key_procore_company_id"),
        ),
    )
    op.create_table(
        "removals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procore_company_id", sa.BigInteger(), nullable=False),
        sa.Column("hooks", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removals")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("nonce_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("procore_user_id", sa.BigInteger(), nullable=True),
        sa.Column("procore_company_id", sa.BigInteger(), nullable=True),
        sa.Column("return_to", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_sign_ins_code_hash")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_sign_ins_state_hash")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_api_keys_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_keys_company_id"), ["company_id"], unique=False)

    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hook_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("resource_name", sa.String(length=100), nullable=False),
        sa.Column("event_type", sa.String(length=20), nullable=False),
        sa.Column("procore_id", sa.BigInteger(), nullable=True),
        sa.Column("procore_project_id", sa.BigInteger(), nullable=True),
        sa.Column("procore_user_id", sa.BigInteger(), nullable=True),
        sa.Column("happened_at", sa.DateTime(), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_events_company_id_companies"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint(
            "company_id", "hook_id", "event_id", name=op.f("uq_events_company_id_hook_id_event_id")
        ),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_events_company_id_procore_id", ["company_id", "procore_id"], unique=False)

    op.create_table(
        "hooks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procore_hook_id", sa.BigInteger(), nullable=True),
        sa.Column("procore_project_id", sa.BigInteger(), nullable=True),
        sa.Column("namespace", sa.String(length=100), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_hooks_company_id_companies"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hooks")),
    )
    with op.batch_alter_table("hooks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hooks_company_id"), ["company_id"], unique=False)

    op.create_table(
        "idempotency_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_idempotency_keys_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("company_id", "key", name=op.f("uq_idempotency_keys_company_id_key")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_company_id"), ["company_id"], unique=False)

    op.create_table(
        "import_template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("time_type", sa.String(length=200), nullable=False),
        sa.Column("task", sa.String(length=200), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_import_template_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_template")),
        sa.UniqueConstraint("company_id", "position", name=op.f("uq_import_template_company_id_position")),
    )
    with op.batch_alter_table("import_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_template_company_id"), ["company_id"], unique=False)

    op.create_table(
        "procore_cost_codes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procore_id", sa.BigInteger(), nullable=False),
        sa.Column("procore_project_id", sa.BigInteger(), nullable=False),
        sa.Column("procore_sub_job_id", sa.BigInteger(), nullable=False),
        sa.Column("full_code", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_procore_cost_codes_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procore_cost_codes")),
        sa.UniqueConstraint(
            "company_id", "procore_id", name=op.f("uq_procore_cost_codes_company_id_procore_id")
        ),
    )
    with op.batch_alter_table("procore_cost_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_procore_cost_codes_company_id"), ["company_id"], unique=False)

    op.create_table(
        "procore_people",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procore_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("employee_number", sa.String(length=100), nullable=True),
        sa.Column("procore_user_id", sa.BigInteger(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_procore_people_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procore_people")),
        sa.UniqueConstraint("company_id", "procore_id", name=op.f("uq_procore_people_company_id_procore_id")),
    )
    with op.batch_alter_table("procore_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_procore_people_company_id"), ["company_id"], unique=False)

    op.create_table(
        "procore_projects",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procore_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=True),
        sa.Column("time_zone", sa.String(length=100), nullable=True),
        sa.Column("is_start_stop", sa.Boolean(), nullable=False),
        sa.Column("is_permitted", sa.Boolean(), nullable=False),
        sa.Column("codes_read_at", sa.DateTime(), nullable=True),
        sa.Column("sub_jobs_read_at", sa.DateTime(), nullable=True),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_procore_projects_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procore_projects")),
        sa.UniqueConstraint(
            "company_id", "procore_id", name=op.f("uq_procore_projects_company_id_procore_id")
        ),
    )
    with op.batch_alter_table("procore_projects", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_procore_projects_company_id"), ["company_id"], unique=False)

    op.create_table(
        "procore_sub_jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procore_id", sa.BigInteger(), nullable=False),
        sa.Column("procore_project_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=True),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_procore_sub_jobs_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procore_sub_jobs")),
        sa.UniqueConstraint(
            "company_id", "procore_id", name=op.f("uq_procore_sub_jobs_company_id_procore_id")
        ),
    )
    with op.batch_alter_table("procore_sub_jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_procore_sub_jobs_company_id"), ["company_id"], unique=False)

    op.create_table(
        "procore_time_types",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procore_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_procore_time_types_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procore_time_types")),
        sa.UniqueConstraint(
            "company_id", "procore_id", name=op.f("uq_procore_time_types_company_id_procore_id")
        ),
    )
    with op.batch_alter_table("procore_time_types", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_procore_time_types_company_id"), ["company_id"], unique=False)

    op.create_table(
        "projects",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=True),
        sa.Column("procore_project_id", sa.BigInteger(), nullable=True),
        sa.Column("procore_sub_job_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_projects_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint(
            "company_id",
            "procore_project_id",
            "procore_sub_job_id",
            name=op.f("uq_projects_company_id_procore_project_id_procore_sub_job_id"),
        ),
    )
    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_projects_company_id"), ["company_id"], unique=False)

    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("procore_time_type_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_tasks_company_id_companies"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("company_id", "name", name=op.f("uq_tasks_company_id_name")),
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tasks_company_id"), ["company_id"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("employee_number", sa.String(length=100), nullable=True),
        sa.Column("procore_person_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_users_company_id_companies"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint(
            "company_id", "procore_person_id", name=op.f("uq_users_company_id_procore_person_id")
        ),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_users_email", ["company_id", "email"], unique=False)

    op.create_table(
        "hook_secrets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hook_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("valid_until", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_hook_secrets_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["hook_id"], ["hooks.id"], name=op.f("fk_hook_secrets_hook_id_hooks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_secrets")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_hook_secrets_secret_hash")),
    )
    with op.batch_alter_table("hook_secrets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hook_secrets_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hook_secrets_hook_id"), ["hook_id"], unique=False)

    op.create_table(
        "members",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procore_user_id", sa.BigInteger(), nullable=False),
        sa.Column("login", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("procore_project_ids", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_members_company_id_companies"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_members_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint(
            "company_id", "procore_user_id", name=op.f("uq_members_company_id_procore_user_id")
        ),
    )
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_members_company_id"), ["company_id"], unique=False)

    op.create_table(
        "project_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("procore_cost_code_id", sa.BigInteger(), nullable=True),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_project_items_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_project_items_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_items")),
        sa.UniqueConstraint(
            "project_id",
            "procore_cost_code_id",
            name=op.f("uq_project_items_project_id_procore_cost_code_id"),
        ),
    )
    with op.batch_alter_table("project_items", schema=None) as batch_op:
        batch_op.create_index("ix_project_items_code", ["project_id", "code"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_items_company_id"), ["company_id"], unique=False)

    op.create_table(
        "timesheets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("project_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("procore_sub_job_id", sa.BigInteger(), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=True),
        sa.Column("start", sa.DateTime(), nullable=True),
        sa.Column("stop", sa.DateTime(), nullable=True),
        sa.Column("lunch_minutes", sa.Integer(), nullable=True),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("origin_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=True),
        sa.Column("updated_by", sa.String(length=200), nullable=True),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("approval_status", sa.String(length=20), nullable=True),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.Column("crew", sa.String(length=200), nullable=True),
        sa.Column("location", sa.String(length=300), nullable=True),
        sa.Column("cost_type_id", sa.BigInteger(), nullable=True),
        sa.Column("procore_timesheet", sa.String(length=200), nullable=True),
        sa.Column("procore_created_by", sa.String(length=200), nullable=True),
        sa.Column("procore_created_at", sa.DateTime(), nullable=True),
        sa.Column("procore_updated_at", sa.DateTime(), nullable=True),
        sa.Column("procore_updated_by", sa.String(length=200), nullable=True),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_timesheets_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_timesheets_project_id_projects")
        ),
        sa.ForeignKeyConstraint(
            ["project_item_id"],
            ["project_items.id"],
            name=op.f("fk_timesheets_project_item_id_project_items"),
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_timesheets_task_id_tasks")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_timesheets_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timesheets")),
        sa.UniqueConstraint("origin_id", name=op.f("uq_timesheets_origin_id")),
    )
    with op.batch_alter_table("timesheets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timesheets_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_timesheets_day", ["company_id", "date"], unique=False)
        batch_op.create_index("ix_timesheets_project", ["company_id", "project_id", "date"], unique=False)
        batch_op.create_index("ix_timesheets_updated", ["company_id", "updated_at"], unique=False)
        batch_op.create_index("ix_timesheets_user", ["company_id", "user_id", "date"], unique=False)

    op.create_table(
        "links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("timesheet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("procore_id", sa.BigInteger(), nullable=True),
        sa.Column("base_ours", sa.JSON(), nullable=True),
        sa.Column("base_theirs", sa.JSON(), nullable=True),
        sa.Column("suppressed_theirs", sa.JSON(), nullable=True),
        sa.Column("is_tombstone", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason_key", sa.String(length=200), nullable=True),
        sa.Column("reason_text", sa.String(length=1000), nullable=True),
        sa.Column("is_excluded_for_good", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("done_generation", sa.Integer(), nullable=False),
        sa.Column("is_dirty", sa.Boolean(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=True),
        sa.Column("mark_reason", sa.String(length=40), nullable=True),
        sa.Column("marked_at", sa.DateTime(), nullable=True),
        sa.Column("hinted_at", sa.DateTime(), nullable=True),
        sa.Column("is_delete_hinted", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("hours", sa.BigInteger(), nullable=True),
        sa.Column("procore_project_id", sa.BigInteger(), nullable=True),
        sa.Column("procore_person_id", sa.BigInteger(), nullable=True),
        sa.Column("procore_updated_at", sa.DateTime(), nullable=True),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("synced_at", sa.DateTime(), nullable=True),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_links_company_id_companies"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["timesheet_id"],
            ["timesheets.id"],
            name=op.f("fk_links_timesheet_id_timesheets"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("company_id", "procore_id", name=op.f("uq_links_company_id_procore_id")),
        sa.UniqueConstraint("timesheet_id", name=op.f("uq_links_timesheet_id")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_links_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_links_day", ["company_id", "date"], unique=False)
        batch_op.create_index("ix_links_due", ["company_id", "is_dirty", "not_before"], unique=False)
        batch_op.create_index("ix_links_reason", ["company_id", "reason_key"], unique=False)
        batch_op.create_index("ix_links_state", ["company_id", "state"], unique=False)

    op.create_table(
        "timesheet_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("timesheet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_timesheet_changes_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["timesheet_id"],
            ["timesheets.id"],
            name=op.f("fk_timesheet_changes_timesheet_id_timesheets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timesheet_changes")),
    )
    with op.batch_alter_table("timesheet_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timesheet_changes_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_timesheet_changes_timesheet_id"), ["timesheet_id"], unique=False)

    op.create_table(
        "conflicts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=True),
        sa.Column("ours", sa.JSON(), nullable=True),
        sa.Column("theirs", sa.JSON(), nullable=True),
        sa.Column("base", sa.JSON(), nullable=True),
        sa.Column("winner", sa.String(length=10), nullable=True),
        sa.Column("found_at", sa.DateTime(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(), nullable=True),
        sa.Column("resolved_by", sa.String(length=200), nullable=True),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_conflicts_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["links.id"], name=op.f("fk_conflicts_link_id_links"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts")),
    )
    with op.batch_alter_table("conflicts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflicts_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflicts_link_id"), ["link_id"], unique=False)
        batch_op.create_index("ix_conflicts_open", ["company_id", "resolved_at"], unique=False)

    op.create_table(
        "intents",
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("origin_id", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.JSON(), nullable=False),
        sa.Column("ours", sa.JSON(), nullable=False),
        sa.Column("is_start_stop", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("first_sent_at", sa.DateTime(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_intents_company_id_companies"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["links.id"], name=op.f("fk_intents_link_id_links"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_intents")),
        sa.UniqueConstraint("origin_id", name=op.f("uq_intents_origin_id")),
    )
    with op.batch_alter_table("intents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intents_company_id"), ["company_id"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason_key", sa.String(length=200), nullable=True),
        sa.Column("reason_text", sa.String(length=1000), nullable=True),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("timesheet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("procore_id", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("processed_at", sa.DateTime(), nullable=True),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_messages_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["links.id"], name=op.f("fk_messages_link_id_links"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_messages_link", ["link_id", "state"], unique=False)
        batch_op.create_index("ix_messages_list", ["company_id", "state", "id"], unique=False)
        batch_op.create_index("ix_messages_processed", ["company_id", "processed_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_processed")
        batch_op.drop_index("ix_messages_list")
        batch_op.drop_index("ix_messages_link")
        batch_op.drop_index(batch_op.f("ix_messages_company_id"))

    op.drop_table("messages")
    with op.batch_alter_table("intents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intents_company_id"))

    op.drop_table("intents")
    with op.batch_alter_table("conflicts", schema=None) as batch_op:
        batch_op.drop_index("ix_conflicts_open")
        batch_op.drop_index(batch_op.f("ix_conflicts_link_id"))
        batch_op.drop_index(batch_op.f("ix_conflicts_company_id"))

    op.drop_table("conflicts")
    with op.batch_alter_table("timesheet_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_timesheet_changes_timesheet_id"))
        batch_op.drop_index(batch_op.f("ix_timesheet_changes_company_id"))

    op.drop_table("timesheet_changes")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index("ix_links_state")
        batch_op.drop_index("ix_links_reason")
        batch_op.drop_index("ix_links_due")
        batch_op.drop_index("ix_links_day")
        batch_op.drop_index(batch_op.f("ix_links_company_id"))

    op.drop_table("links")
    with op.batch_alter_table("timesheets", schema=None) as batch_op:
        batch_op.drop_index("ix_timesheets_user")
        batch_op.drop_index("ix_timesheets_updated")
        batch_op.drop_index("ix_timesheets_project")
        batch_op.drop_index("ix_timesheets_day")
        batch_op.drop_index(batch_op.f("ix_timesheets_company_id"))

    op.drop_table("timesheets")
    with op.batch_alter_table("project_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_items_company_id"))
        batch_op.drop_index("ix_project_items_code")

    op.drop_table("project_items")
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_members_company_id"))

    op.drop_table("members")
    with op.batch_alter_table("hook_secrets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hook_secrets_hook_id"))
        batch_op.drop_index(batch_op.f("ix_hook_secrets_company_id"))

    op.drop_table("hook_secrets")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index("ix_users_email")
        batch_op.drop_index(batch_op.f("ix_users_company_id"))

    op.drop_table("users")
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tasks_company_id"))

    op.drop_table("tasks")
    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_projects_company_id"))

    op.drop_table("projects")
    with op.batch_alter_table("procore_time_types", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_procore_time_types_company_id"))

    op.drop_table("procore_time_types")
    with op.batch_alter_table("procore_sub_jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_procore_sub_jobs_company_id"))

    op.drop_table("procore_sub_jobs")
    with op.batch_alter_table("procore_projects", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_procore_projects_company_id"))

    op.drop_table("procore_projects")
    with op.batch_alter_table("procore_people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_procore_people_company_id"))

    op.drop_table("procore_people")
    with op.batch_alter_table("procore_cost_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_procore_cost_codes_company_id"))

    op.drop_table("procore_cost_codes")
    with op.batch_alter_table("import_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_template_company_id"))

    op.drop_table("import_template")
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_keys_company_id"))

    op.drop_table("idempotency_keys")
    with op.batch_alter_table("hooks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hooks_company_id"))

    op.drop_table("hooks")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_company_id_procore_id")
        batch_op.drop_index(batch_op.f("ix_events_company_id"))

    op.drop_table("events")
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_keys_company_id"))

    op.drop_table("api_keys")
    op.drop_table("sign_ins")
    op.drop_table("removals")
    op.drop_table("rate_budgets")
    op.drop_table("periodic_runs")
    op.drop_table("credentials")
    op.drop_table("companies")
