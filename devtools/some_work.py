"""A few days of a crew's time cards, entered at the stand-in through its control API, so that screens show life."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

DESCRIPTIONS = ("Pour, north pier", "Formwork, east abutment", "Rebar, deck 2", "Strip and clean forms")
HOURS = ("8.0", "7.5", "4.0", "8.0", "6.25")
UNMAPPED_TIME_TYPE = "Per Diem"


def call(procore_url: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """One call of the stand-in's control API."""
    request = urllib.request.Request(  # noqa: S310  # an address of our own
        f"{procore_url}/sandbox/api{path}",
        data=json.dumps(body).encode() if body is not None else None,
        headers={"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.loads(answer.read() or b"null")


def enter_some_cards(procore_url: str, count: int = 12) -> int:
    """Time cards of several people, projects and days; one more of a time type that nothing matches yet. Returns how
    many were entered."""
    company = call(procore_url, "GET", "/state")["companies"][0]
    directory = call(procore_url, "GET", f"/companies/{company['id']}/directory")
    people = [each for each in directory["people"] if each["is_active"]][1:6]
    projects = [each for each in company["projects"] if not each["start_and_stop"]][:3]
    types = {each["time_type"]: each["id"] for each in directory["time_types"]}
    today = datetime.now(UTC).date()
    for number in range(count + 1):
        is_last = number == count
        card = {
            "project_id": projects[number % len(projects)]["id"],
            "date": (today - timedelta(days=number % 4)).isoformat(),
            "hours": HOURS[number % len(HOURS)],
            "party_id": people[number % len(people)]["id"],
            "timecard_time_type_id": types[UNMAPPED_TIME_TYPE if is_last else "Regular Time"],
            "description": DESCRIPTIONS[number % len(DESCRIPTIONS)],
        }
        call(procore_url, "POST", f"/companies/{company['id']}/timecards", card)
    return count + 1
