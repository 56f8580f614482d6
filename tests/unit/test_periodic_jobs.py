"""The one list of periodic work: every entry names a door that exists, and takes an id."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from webapp.jobs import checks
from webapp.jobs.schedule import PERIODIC
from webapp.queueing import SYNC_JOB
from webapp.services import connection, removals

NAMED = [SYNC_JOB, checks.NIGHT_JOB, connection.DIRECTORY_JOB, connection.HOOKS_JOB, removals.RETRY_JOB]


@pytest.mark.parametrize("job", [*(periodic.job for periodic in PERIODIC), *NAMED])
def test_every_job_that_is_called_by_name_exists_and_takes_an_id(job: str) -> None:
    """D11: jobs travel as text; a wrong name would be found by a worker only, at night."""
    module, _, name = job.rpartition(".")
    door = getattr(import_module(module), name)
    assert len(inspect.signature(door).parameters) == 1


def test_each_has_a_name_of_its_own() -> None:
    """Two jobs of one name would claim each other's turn."""
    names = [periodic.name for periodic in PERIODIC]
    assert len(set(names)) == len(names)
