"""Wake-ups and turns in Redis: who works a company when, and that nothing is left lying (M17, D11)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis

from tests.fixtures.site import Site
from webapp import queueing, wiring
from webapp.jobs import schedule as looks
from webapp.jobs import sync as doors
from webapp.sync.ports import Lease

OTHER = "another worker"


@pytest.fixture
def site(make_site: Callable[..., Site], redis_url: str) -> Site:
    site = make_site(REDIS_URL=redis_url)
    site.app.extensions["pause"] = site.clock.advance
    site.connect()
    forget(site)
    return site


def forget(site: Site) -> None:
    """As if all jobs had been done and their keys had run out."""
    queueing.clear_wake(wiring.config().redis_url, site.company_id)
    queueing.quick_redis(wiring.config().redis_url or "").flushall()


def jobs(client: redis.Redis) -> dict[str, list[str]]:
    """The functions that wait, by queue."""
    return {
        name: [job.func_name.rpartition(".")[2] for job in queueing.queue(client, name).jobs]
        for name in (queueing.QUICK, queueing.LATER)
    }


def hold(site: Site) -> Lease:
    lease = wiring.store_for(site.company_id).claim(OTHER)
    assert lease is not None
    return lease


def backlog(site: Site, count: int) -> None:
    site.world.add_fault(effect="drop_event", company_id=site.theirs.id)
    site.world.enter_many(site.dana.id, count)
    site.world.clear_faults()


def test_a_change_wakes_a_first_turn_once(site: Site, redis_client: redis.Redis) -> None:
    """M17, M19: however many events come before it begins."""
    for _ in range(5):
        site.enter("1.0")
        site.deliver()
    assert jobs(redis_client) == {queueing.QUICK: ["sync_company"], queueing.LATER: []}
    doors.sync_company(site.company_id)
    assert len(site.timesheets()) == 5


def test_what_a_first_turn_leaves_goes_on_behind_others(site: Site, redis_client: redis.Redis) -> None:
    """M17: in the queue that the process for first turns does not serve; it had much to do, so more is waited for."""
    backlog(site, 120)
    doors.sweep_company(site.company_id)
    assert len(site.timesheets()) == 120
    forget(site)
    for _ in range(60):
        site.enter("1.0")
    site.deliver()
    forget(site)
    doors.sync_company(site.company_id)
    assert len(site.timesheets()) == 170
    assert jobs(redis_client) == {queueing.QUICK: [], queueing.LATER: ["gather"]}
    queueing.wake(wiring.config().redis_url, site.company_id)
    assert jobs(redis_client)[queueing.QUICK] == []
    forget(site)
    began = site.clock.now()
    doors.gather(site.company_id)
    assert len(site.timesheets()) == 180
    assert (site.clock.now() - began).total_seconds() >= 1
    assert jobs(redis_client) == {queueing.QUICK: [], queueing.LATER: []}


def test_while_a_worker_has_the_company_others_are_hardly_woken(
    site: Site, redis_client: redis.Redis
) -> None:
    """M19: one job finds it in hand, the next hundred events wake none."""
    hold(site)
    site.enter("1.0")
    site.deliver()
    forget(site)
    doors.sync_company(site.company_id)
    for _ in range(100):
        queueing.wake(wiring.config().redis_url, site.company_id)
    assert jobs(redis_client) == {queueing.QUICK: [], queueing.LATER: []}
    looks.look()
    assert "sync_company" not in jobs(redis_client)[queueing.QUICK]


def test_what_was_marked_while_a_worker_had_the_company_is_worked_when_it_lets_go(
    site: Site, redis_client: redis.Redis
) -> None:
    """D11: by the worker that lets go, without waiting for the look."""
    lease = hold(site)
    site.enter("1.0")
    site.deliver()
    doors.sync_company(site.company_id)
    forget_jobs_only(redis_client)
    wiring.store_for(site.company_id).release(lease)
    doors.go_on(site.company_id)
    assert len(site.timesheets()) == 1
    site.enter("2.0")
    site.deliver()
    assert jobs(redis_client)[queueing.QUICK] == ["sync_company"]


def forget_jobs_only(client: redis.Redis) -> None:
    for name in (queueing.QUICK, queueing.LATER):
        queueing.queue(client, name).empty()


def test_a_worker_that_let_go_in_the_same_moment_leaves_nothing_behind(
    site: Site, redis_client: redis.Redis
) -> None:
    """D11: it had looked before our mark was made, and we had asked for the company before it let go."""
    site.enter("1.0")
    site.deliver()
    forget(site)
    doors.leave(site.company_id)
    assert jobs(redis_client) == {queueing.QUICK: [], queueing.LATER: ["go_on"]}
    assert not redis_client.exists(queueing.wake_key(site.company_id))


def test_periodic_work_is_not_in_the_queue_of_first_turns(site: Site, redis_client: redis.Redis) -> None:
    """M17."""
    site.clock.advance(90_000)
    looks.look()
    assert jobs(redis_client)[queueing.QUICK] == []
    assert {"sweep_company", "refresh_directory"} <= set(jobs(redis_client)[queueing.LATER])


def test_a_periodic_job_that_finds_procore_busy_comes_again(site: Site, redis_client: redis.Redis) -> None:
    """D104: once, at the time that the pacing names."""
    site.world.add_fault(effect="refuse", path="/rest/", status=429, retry_after=600)
    for _ in range(3):
        doors.refresh_directory(site.company_id)
    later = queueing.queue(redis_client, queueing.LATER).scheduled_job_registry
    [job_id] = later.get_job_ids()
    at = later.get_scheduled_time(job_id)
    assert 600 <= (at - site.clock.now()).total_seconds() <= 640
