"""Integration Health: what Procore would hold against the app, counted from its own calls of 14 days."""

import csv
from io import StringIO

from flask import Response, make_response

from procore_sandbox.model import World
from procore_sandbox.model.health import WINDOW
from procore_sandbox.web.pages import attempt, page, render, see_other

MEANINGS = {
    "forbidden": "No right, the app absent, a tool off, or a project out of scope. Check tools and permissions "
    "first, and leave the project or company alone until it is given back.",
    "not_found": "Stale or wrong ids. Forget ids when a deletion is told, and do not fetch again what is gone.",
    "rate_limit": "Polling, retry storms, reads without paging. Use webhooks and batches, and let the headers "
    "lead the pace.",
    "unauthorized": "A late refresh, a lost pair, or the wrong token in a job. Refresh early, under a lock.",
    "missing_company_header": "A company call without the header. Set it in one place of the client.",
    "deprecated_endpoint": "Routes that are marked to end.",
    "private_endpoint": "Routes that are not in the public reference.",
}
LOOKS = {"Healthy": "good", "Review Recommended": "warn", "Needs Attention": "bad"}


@page("/health")
def health(world: World) -> Response:
    since = (world.now() - WINDOW).date()
    recent = [each for each in world.call_counts() if each.day >= since]
    blamed = [each for each in recent if each.observation and not each.is_caused]
    return render(
        world,
        "health.html",
        fragment="_health.html",
        observations=world.integration_health(),
        meanings=MEANINGS,
        looks=LOOKS,
        since=since,
        total=sum(each.count for each in recent),
        blamed=sorted(blamed, key=lambda each: -each.count)[:50],
    )


@page("/health.csv")
def health_csv(world: World) -> Response:
    """Procore's download: 30 days of calls by day, status, method and route."""
    lines = StringIO()
    writer = csv.writer(lines)
    writer.writerow(["date", "status", "method", "route", "count"])
    writer.writerows(
        (each.day, each.status, each.method, each.route, each.count) for each in world.call_counts()
    )
    response = make_response(lines.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = "attachment; filename=integration-health.csv"
    return response


@page("/health/forget", methods=("POST",))
def forget_health(world: World) -> Response:
    attempt(world.forget_health, "The request log and its counts are empty.")
    return see_other("/health")
