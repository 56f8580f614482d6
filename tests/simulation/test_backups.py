"""A backup of our database that is put back in the middle of a seed."""

from __future__ import annotations

import pytest

from tests.simulation.databases import PostgresDatabase, SqliteFile
from tests.simulation.run import Plan, run_seed
from tests.simulation.test_on_postgres import quietly
from tests.simulation.test_short_run import is_clean

PLAN = Plan(5, 150, chances={"restore": 1.0})
"""`restore` strikes once, whatever its chance."""


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_both_sides_come_to_rest_after_a_backup_was_put_back(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """D4, D6, D11: nothing is doubled, and what Procore has comes back."""
    server = request.getfixturevalue("postgres_server") if kind == "postgresql" else None
    with quietly(PostgresDatabase(server) if server else SqliteFile()) as company:
        result = run_seed(company, PLAN)
        assert result.counts["act restore"] == 1
        is_clean(result)
