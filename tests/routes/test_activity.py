"""Automatically Import Timesheets → Settings: Activity, its reasons and what takes them away."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.acme import held_card
from tests.fixtures.site import Site
from tests.routes.screens import STRANGER, Screens, open_screens, said, value_of
from tests.routes.visitor import framed

HERE = "/settings/import-timesheets"
FRAGMENT = {"HX_Request": "true"}


@pytest.fixture
def screens(site: Site) -> Screens:
    return open_screens(site)


def per_diem(screens: Screens, count: int) -> None:
    """Cards of a time type that the template does not name."""
    with screens.app() as site:
        own = next(
            t
            for t in site.world.state.time_types
            if t.company_id == site.theirs.id and t.time_type == "Per Diem"
        )
        for number in range(count):
            site.enter("4.0", person=3 + number, timecard_time_type_id=own.id)
        site.settle()


def test_a_card_entered_in_procore_is_listed_as_processed(screens: Screens) -> None:
    """R10, R27."""
    with screens.app() as site:
        site.enter("8.0")
        site.settle()
    page = said(screens.dana.get(HERE).text)
    assert "Last 1 processed" in page
    assert re.search(r"2026-11-16, 8\.00 h created Procore → to Timesite", page)


def test_what_waits_is_grouped_by_its_reason_in_the_users_words(screens: Screens) -> None:
    """R14, R27: with what to do about it."""
    per_diem(screens, 3)
    page = said(screens.dana.get(HERE).text)
    assert "Pending 3" in page
    assert re.search(r"Waiting 3 Time type .*Diem.* is not in the import matching template", page)
    assert "Add a row for this time type to the import matching template." in page
    assert "12.00 h" in page


def test_one_click_adds_the_task_and_lets_all_of_them_through(screens: Screens) -> None:
    """R14, D65."""
    per_diem(screens, 3)
    page = screens.dana.get(HERE).text
    time_type = value_of(page, "time_type")
    assert screens.dana.post(f"{HERE}/add-task", {"time_type": time_type}).status_code == 303
    with screens.app() as site:
        site.settle()
        assert len(site.timesheets()) == 3
    page = said(screens.dana.get(HERE).text)
    assert "Pending 0" in page
    assert "Last 3 processed" in page
    assert time_type in screens.dana.get("/settings/import-template").text
    assert time_type in screens.dana.get("/tasks").text


def test_the_activity_sends_nothing_while_nothing_changes(screens: Screens) -> None:
    """R27: asked every two seconds by every open page."""
    mark = value_of(screens.dana.get(HERE).text, "seen")
    assert screens.dana.get(f"{HERE}?seen={mark}", **FRAGMENT).status_code == 204
    with screens.app() as site:
        site.enter("8.0")
        site.settle()
    fresh = screens.dana.get(f"{HERE}?seen={mark}", **FRAGMENT)
    assert fresh.status_code == 200
    assert "8.00 h" in fresh.text
    assert "<html" not in fresh.text
    mark = value_of(fresh.text, "seen")
    screens.dana.change("send", "off")
    assert screens.dana.get(f"{HERE}?seen={mark}", **FRAGMENT).status_code == 200, "a switch is seen, too"


def test_only_the_last_twenty_processed_are_listed(screens: Screens) -> None:
    """R27."""
    with screens.app() as site:
        for number in range(22):
            site.enter(f"{number % 8}.25", person=3 + number)
        site.settle()
    page = screens.dana.get(HERE).text
    assert "Last 20 processed" in said(page)
    assert page.count('id="message-') == 20


def test_a_failed_one_is_retried_or_discarded_with_a_note(screens: Screens) -> None:
    """R28."""
    with screens.app() as site:
        first = held_card(
            site.company_id, 1, "refused", 'Procore: "Cost code is not in this project"', "failed"
        )
        held_card(site.company_id, 2, "refused", 'Procore: "Cost code is not in this project"', "failed")
    page = said(screens.dana.get(HERE).text)
    assert "Failed 2" in page
    assert "Cost code is not in this project" in page
    assert screens.dana.post(f"{HERE}/messages/{first}/discard", {"note": "Entered twice"}).status_code == 303
    page = said(screens.dana.get(HERE).text)
    assert "Failed 1" in page
    assert "Entered twice" in page
    assert screens.dana.post(f"{HERE}/retry", {"reason": "refused"}).status_code == 303
    page = said(screens.dana.get(HERE).text)
    assert "1 record is tried again now." in page
    assert "Failed 0" in page
    assert "Pending 1" in page


def test_what_the_guard_holds_is_let_through_or_dropped_by_one_click(screens: Screens) -> None:
    """D12, R31d."""
    with screens.app() as site:
        site.set(guard_deletions=2)
        cards = [site.enter("4.0", person=3 + number) for number in range(6)]
        site.settle()
        for card in cards[:4]:
            site.world.delete_timecard(site.dana.id, card.id)
        site.settle()
    page = screens.dana.get(HERE).text
    assert "There were unusually many deletions within an hour" in said(page)
    assert f'action="{HERE}/retry"' not in page
    for wrong in (
        {"decision": "forget"},
        {"decision": "let_through"},
        {"decision": "let_through", "shown": "3"},
    ):
        answer = screens.dana.post(f"{HERE}/guard", {"direction": "receive", **wrong})
        assert answer.status_code == 303
    page = said(screens.dana.get(HERE).text)
    assert "4 records wait by now; when you decided it were 3." in page
    assert "Pending 4" in page
    [shown, _] = re.findall(r'name="shown" value="(\d+)"', screens.dana.get(HERE).text)
    choice = {"direction": "receive", "decision": "let_through", "shown": shown}
    assert screens.dana.post(f"{HERE}/guard", choice).status_code == 303
    with screens.app() as site:
        site.settle()
        assert len(site.timesheets()) == 2
    page = said(screens.dana.get(HERE).text)
    assert "4 records let through." in page
    assert "Pending 0" in page
    screens.dana.post(f"{HERE}/guard", choice | {"decision": "drop"})
    assert "Nothing waits in this direction" in said(screens.dana.get(HERE).text)


def test_what_a_rule_left_out_is_not_told_as_done(screens: Screens) -> None:
    """R6, R11: Activity says that it skips a record, and why."""
    with screens.app() as site:
        site.set(receive_only_linked=True)
        site.enter("8.0")
        site.settle()
    page = said(screens.dana.get(HERE).text)
    assert re.search(r"2026-11-16, 8\.00 h left out", page)
    assert "is not linked, and only linked projects are synced." in page


def test_a_foreman_watches_and_changes_nothing(screens: Screens) -> None:
    """R2."""
    per_diem(screens, 1)
    page = screens.foreman.get(HERE)
    assert page.status_code == 200
    assert "<button" not in page.text.split('id="activity"')[1].split("</main>")[0]
    assert "Disconnect" not in page.text
    for path, data in (
        ("retry", {"reason": "refused"}),
        ("add-task", {"time_type": "Per Diem"}),
        ("guard", {"direction": "receive", "decision": "drop"}),
        ("messages/1/retry", {}),
        ("messages/1/discard", {}),
    ):
        assert screens.foreman.post(f"{HERE}/{path}", data).status_code == 403


def test_a_foreman_sees_only_what_is_about_projects_procore_lists_for_them(screens: Screens) -> None:
    """R2."""
    with screens.app() as site:
        hidden = held_card(
            site.company_id, 1, "refused", "Procore: no", "failed"
        )  # of a project nobody knows
        assert hidden
    assert "Failed 1" in said(screens.dana.get(HERE).text)
    assert "Failed 0" in said(screens.foreman.get(HERE).text)


def test_someone_of_another_company_sees_nothing_of_it(screens: Screens) -> None:
    """R2."""
    per_diem(screens, 1)
    assert "Diem" not in framed(screens.site, STRANGER).get(HERE).text
