"""Does what we stand on answer, and the numbers that Prometheus reads."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from webapp import queueing, wiring
from webapp.errors import StoreUnavailable
from webapp.store import health as rows
from webapp.store.session import system


def readiness() -> dict[str, str]:
    """`ok` or what is wrong, by what we need."""
    return {"database": _database(), "redis": _redis()}


def _database() -> str:
    try:
        with system(is_readonly=True) as session:
            rows.ask(session)
    except StoreUnavailable:
        return "does not answer"
    return "ok"


def _redis() -> str:
    url = wiring.config().redis_url
    if url is None:
        return "REDIS_URL is not set"
    try:
        queueing.quick_redis(url).ping()
    except RedisError:
        return "does not answer"
    return "ok"


class DatabaseNumbers(Collector):
    """Read at each scrape, so that every web process tells the same."""

    def collect(self):  # type: ignore[no-untyped-def]  # prometheus_client has no type for it
        with system(is_readonly=True) as session:
            numbers = rows.numbers(session, wiring.clock().now())
        records = GaugeMetricFamily("timesite_records", "Records by ledger state", labels=["state"])
        for state, count in numbers.records.items():
            records.add_metric([state], count)
        companies = GaugeMetricFamily("timesite_companies", "Companies by connection state", labels=["state"])
        for state, count in numbers.companies.items():
            companies.add_metric([state], count)
        yield records
        yield companies
        yield GaugeMetricFamily("timesite_due_marks", "Records due to be looked at", value=numbers.due)
        yield GaugeMetricFamily(
            "timesite_oldest_due_seconds", "Age of the oldest due mark", value=numbers.oldest_due_seconds
        )


def metrics() -> bytes:
    registry = CollectorRegistry()
    registry.register(DatabaseNumbers())
    return generate_latest(registry)
