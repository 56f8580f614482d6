"""The adapter and the local Procore, over a real socket: every operation once, and what goes wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from procore_sandbox.http.app import create_app
from procore_sandbox.http.sandbox import Sandbox
from procore_sandbox.http.server import Server
from procore_sandbox.model import AppRegistration, DrivenClock, World
from tests.fixtures.settings import TEST_ENVIRONMENT, config_for
from tests.unit.procore.memory import MemoryBudgets, MemoryKinds, MemoryTokens
from webapp.clock import ManualClock
from webapp.domain.credentials import SERVICE, user_key
from webapp.domain.timecard import Card, Timecard
from webapp.errors import (
    AppNotConnected,
    NotFound,
    PermissionMissing,
    ProcoreRefused,
    ProcoreUnavailable,
    RateLimited,
    SignInExpired,
    UnreadableAnswer,
)
from webapp.procore.client import new_session
from webapp.procore.factory import CompanyAtProcore, Procore
from webapp.procore.hooks import VERBS
from webapp.procore.paths import ALLOWED
from webapp.sync.ports import Draft

MONDAY = datetime(2026, 11, 16, 14, 0, tzinfo=UTC)
DAY = date(2026, 11, 16)
CREATE = "RestV10CompaniesCompanyIdTimesheetsPost"
UPDATE = "RestV10CompaniesCompanyIdTimecardEntriesIdPatch"


class Side:
    """The stand-in on a free port of loopback, and an adapter that talks to it. One clock for both."""

    def __init__(self, session: requests.Session) -> None:
        self.there = DrivenClock(MONDAY)
        self.here = ManualClock(MONDAY)
        registration = AppRegistration(
            client_id=TEST_ENVIRONMENT["PROCORE_CLIENT_ID"],
            client_secret=TEST_ENVIRONMENT["PROCORE_CLIENT_SECRET"],
        )
        self.world = World(self.there, Random(1), app=registration)
        self.server = Server(create_app(Sandbox(self.world, self.there)), "127.0.0.1", 0)
        self.server.start()
        self.tokens, self.budgets = MemoryTokens(), MemoryBudgets()
        config = config_for(PROCORE_LOGIN_URL=self.server.url, PROCORE_API_URL=self.server.url)
        self.procore = Procore(
            config,
            self.here,
            self.tokens,
            self.budgets,
            MemoryKinds(),
            Random(2),
            self.pass_time,
            lambda: session,
        )
        self.dana = self.world.user_named("Dana Ortiz")
        self.id = self.dana.company_id
        self.world.install(self.id)
        self.bridge, self.mill, self.hospital, *_, self.vault = self.world.projects(self.id)

    def pass_time(self, seconds: float) -> None:
        self.there.advance(seconds)
        self.here.advance(seconds)

    @property
    def company(self) -> CompanyAtProcore:
        return self.procore.company(self.id)

    def sign_in(self, name: str) -> str:
        """As the browser does it: the authorize page, a person picked, the code of the redirect. The key."""
        query = parse_qs(urlsplit(self.procore.oauth.authorize_url("state-1")).query)
        form = {key: values[0] for key, values in query.items()}
        user = self.world.user_named(name)
        page = requests.post(
            f"{self.server.url}/oauth/authorize",
            form | {"decision": "allow", "user_id": str(user.id)},
            allow_redirects=False,
            timeout=5,
        )
        back = parse_qs(urlsplit(page.headers["Location"]).query)
        assert back["state"] == ["state-1"]
        return user_key(self.procore.sign_in(back["code"][0]).id)

    def draft(self, origin_id: int, **changes: Any) -> Draft:
        is_start_stop = changes.pop("is_start_stop", False)
        project = changes.get("project", self.bridge.id)
        codes = [
            c.id for c in self.world.state.cost_codes if c.project_id == project and c.sub_job_id is None
        ]
        values = {
            "date": DAY,
            "hours": Decimal("7.5"),
            "person": next(p.id for p in self.world.state.people if p.company_id == self.id),
            "project": project,
            "time_type": next(t.id for t in self.world.state.time_types if t.company_id == self.id),
            "cost_code": codes[0],
        }
        return Draft(origin_id, Timecard(**(values | changes)), is_start_stop)

    def made(self, **changes: Any) -> Card:
        [created] = self.company.create_many([self.draft(900_001, **changes)])
        assert created.procore_id is not None
        return self.company.by_ids([created.procore_id])[created.procore_id]

    def break_(self, effect: str, **fault: Any) -> None:
        self.world.add_fault(effect=effect, times=1, **fault)


@pytest.fixture
def side() -> Iterator[Side]:
    session = new_session()
    side = Side(session)
    yield side
    session.close()
    side.server.stop()


# ---- time cards ----------------------------------------------------------------------------------------


def test_a_card_is_created_read_changed_and_deleted(side: Side) -> None:
    """R10, R17."""
    card = side.made(description="Pour, north pier ⚒", billable=False)
    wanted = side.draft(0, description="Pour, north pier ⚒", billable=False).timecard
    assert card.timecard == wanted
    assert card.facts.origin_id == 900_001
    assert card.names.project == "2201 - Harbour Bridge" or card.names.project == "Harbour Bridge"

    changed = side.company.update(
        card.id, side.bridge.id, DAY, {"hours": Decimal("9.25"), "description": None}
    )
    assert (changed.timecard.hours, changed.timecard.description) == (Decimal("9.25"), None)
    columns = {entry.column: entry for entry in side.company.change_history(card.id)}
    assert Decimal(columns["hours"].new_value or 0) == Decimal("9.25")
    assert columns["hours"].at == MONDAY

    side.company.delete(card.id)
    assert side.company.by_ids([card.id]) == {}
    with pytest.raises(NotFound):
        side.company.delete(card.id)


def test_what_was_emptied_is_empty(side: Side) -> None:
    """D49."""
    card = side.made()
    changed = side.company.update(card.id, side.bridge.id, DAY, {"cost_code": None})
    assert changed.timecard.cost_code is None


def test_a_card_moves_to_another_day_and_project(side: Side) -> None:
    """D28."""
    card = side.made(cost_code=None)
    changes = {"project": side.hospital.id, "date": DAY + timedelta(days=1)}
    moved = side.company.update(card.id, side.bridge.id, DAY, changes)
    assert (moved.timecard.project, moved.timecard.date) == (side.hospital.id, DAY + timedelta(days=1))


def test_a_start_and_stop_card_keeps_its_times_and_lunch(side: Side) -> None:
    """R20."""
    times = {"start": MONDAY, "stop": MONDAY + timedelta(hours=8), "lunch_minutes": 30, "hours": None}
    card = side.made(project=side.mill.id, is_start_stop=True, **times)
    assert (card.timecard.start, card.timecard.stop, card.timecard.lunch_minutes) == (
        MONDAY,
        MONDAY + timedelta(hours=8),
        30,
    )
    assert card.timecard.hours == Decimal("7.5")


@pytest.mark.parametrize(
    "switches", [{}, {"shuffle_bulk_rows": True}, {"bulk_limit": 100}, {"partial_bulk": True}]
)
def test_three_hundred_drafts_with_one_bad_row(side: Side, switches: dict[str, Any]) -> None:
    """D9, R21: the bad row is told in Procore's words, the others are made once."""
    side.world.set_switches(rate_limit_on=False, **switches)
    drafts = [
        side.draft(i, hours=Decimal(30) if i == 111 else Decimal("0.5") * (1 + i % 16)) for i in range(1, 301)
    ]
    created = {c.origin_id: c for c in side.company.create_many(drafts)}
    bad = created.pop(111)
    if switches.get("partial_bulk"):
        assert (bad.procore_id, bad.refusal) == (None, None)
    else:
        assert bad.refusal is not None
        assert bad.refusal.text == "Procore: hours must be at most 24"
    rows = side.world.timecards(side.id)
    assert sorted(row.origin_id for row in rows) == sorted(created)
    assert {row.origin_id: row.id for row in rows} == {i: c.procore_id for i, c in created.items()}
    read = side.company.by_ids([c.procore_id for c in created.values() if c.procore_id])
    hours = {draft.origin_id: draft.timecard.hours for draft in drafts if draft.origin_id != 111}
    assert {card.facts.origin_id: card.timecard.hours for card in read.values()} == hours


def test_a_project_that_is_not_permitted_does_not_hold_the_others(side: Side) -> None:
    """D101: Procore hides it with a 404."""
    drafts = [side.draft(i, project=side.vault.id if i % 2 else side.bridge.id) for i in range(10)]
    created = side.company.create_many(drafts)
    assert {c.refusal.key for c in created if c.refusal} == {f"permission:{side.vault.id}"}
    assert [c.origin_id for c in created if c.procore_id] == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("effect", ["lose_answer", "truncate", "html"])
def test_a_create_whose_answer_is_lost_is_found_again(side: Side, effect: str) -> None:
    """D6, R21."""
    side.break_(effect, operation=CREATE)
    with pytest.raises(ProcoreUnavailable) as told:
        side.company.create_many([side.draft(number, hours=Decimal(8)) for number in (7, 8)])
    assert told.value.is_effect_unknown
    now = side.company.server_time()
    found = [c for page in side.company.updated_between(now - timedelta(minutes=2), now) for c in page]
    assert sorted(card.facts.origin_id or 0 for card in found) == [7, 8]


def test_a_create_that_never_arrived_left_nothing(side: Side) -> None:
    """D6."""
    side.company.time_types()
    side.break_("lose_request", operation=CREATE)
    with pytest.raises(ProcoreUnavailable) as told:
        side.company.create_many([side.draft(7)])
    assert told.value.is_effect_unknown
    assert side.world.timecards(side.id) == []


def test_a_change_whose_answer_is_lost_was_made(side: Side) -> None:
    """D105."""
    card = side.made()
    side.break_("lose_answer", operation=UPDATE)
    with pytest.raises(ProcoreUnavailable) as told:
        side.company.update(card.id, side.bridge.id, DAY, {"hours": Decimal(2)})
    assert told.value.is_effect_unknown
    assert side.company.by_ids([card.id])[card.id].timecard.hours == 2


def test_an_approved_card_refuses_in_words_that_say_so(side: Side) -> None:
    """R25, D44."""
    card = side.made()
    side.world.set_approval(side.dana.id, [card.id], "approved")
    assert side.company.by_ids([card.id])[card.id].facts.approval_status == "approved"
    with pytest.raises(ProcoreRefused, match="approved"):
        side.company.update(card.id, side.bridge.id, DAY, {"hours": Decimal(2)})
    with pytest.raises(ProcoreRefused, match="approved"):
        side.company.delete(card.id)


def test_changes_and_deletions_are_found_by_their_ranges(side: Side) -> None:
    """D4, D102: two thousand a page."""
    side.world.set_switches(rate_limit_on=False)
    cards = side.world.enter_many(side.dana.id, 2100, company_id=side.id, project_ids=[side.bridge.id])
    for gone in cards[:5]:
        side.pass_time(1)
        side.world.delete_timecard(side.dana.id, gone.id)
    now = side.company.server_time()
    low = now - timedelta(minutes=5)
    pages = list(side.company.updated_between(low, now))
    assert sum(map(len, pages)) == 2095
    assert {card.id for page in pages for card in page} == {card.id for card in cards[5:]}
    deleted = [card for page in side.company.deleted_between(low, now) for card in page]
    assert {card.id for card in deleted} == {card.id for card in cards[:5]}
    assert all(card.deleted_at for card in deleted)
    some = [
        card.id
        for page in side.company.deleted_between(low, now, [cards[0].id, cards[9].id])
        for card in page
    ]
    assert some == [cards[0].id]


def test_a_running_clock_is_listed(side: Side) -> None:
    """D29a."""
    card = side.world.enter_timecard(
        side.dana.id,
        side.mill.id,
        {"date": "2026-11-16", "time_in": "2026-11-16T14:00:00Z", "party_id": 1, "in_progress": True}
        | {"party_id": side.draft(0).timecard.person},
    )
    assert side.company.by_ids([card.id])[card.id].facts.in_progress


# ---- lists ---------------------------------------------------------------------------------------------


def test_the_directory_is_read_whole(side: Side) -> None:
    """R11–R15, R20: permitted projects only, inactive people too."""
    projects = side.company.projects()
    assert [p.name for p in projects] == [p.name for p in side.world.projects(side.id)[:-1]]
    assert projects[0].number == "2201"
    people = side.company.people()
    assert len(people) == 40
    assert [person.is_active for person in people].count(False) == 1
    assert [person.email for person in people].count(None) == 5
    assert "Per Diem" in [t.name for t in side.company.time_types()]
    assert [s.code for s in side.company.sub_jobs(side.hospital.id)] == ["EW", "WW"]
    assert "03-300" in [c.full_code for c in side.company.cost_codes(side.bridge.id)]
    wing = side.company.sub_jobs(side.hospital.id)[0].id
    assert side.company.cost_codes(side.hospital.id, wing)
    assert side.company.time_entry_style().start_stop_projects == {side.mill.id}


def test_ids_beyond_32_bits_come_through(side: Side) -> None:
    """README of the contract, 1."""
    assert min(p.id for p in side.company.projects()) > 2**32


# ---- webhooks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["project", "company"])
def test_hooks_are_made_where_procore_offers_them(side: Side, level: str) -> None:
    """R4."""
    side.world.set_switches(timecard_triggers=level, hook_version_style="long")
    hooks = side.procore.hooks(side.id)
    assert hooks.offered() == (VERBS if level == "company" else frozenset())
    assert hooks.offered(side.bridge.id) == VERBS
    project_id = side.bridge.id if level == "project" else None
    hook = hooks.create("timesite", "http://127.0.0.1:9/webhooks/procore", "Bearer s", project_id)
    hooks.set_triggers(hook.id, project_id)
    hooks.set_triggers(hook.id, project_id)
    assert hooks.triggers(hook.id, project_id) == VERBS
    assert hooks.named("timesite", project_id) == [hook]
    assert hooks.deliveries(hook.id, "failing", project_id) == []
    hooks.delete(hook.id, project_id)
    hooks.delete(hook.id, project_id)
    assert hooks.named("timesite", project_id) == []


def test_a_trigger_that_is_not_offered_is_refused_in_procores_words(side: Side) -> None:
    """R3."""
    hooks = side.procore.hooks(side.id)
    hook = hooks.create("timesite", "http://127.0.0.1:9/webhooks/procore", "Bearer s")
    with pytest.raises(ProcoreRefused, match="not available at this level"):
        hooks.set_triggers(hook.id)


# ---- sign-in, permissions ------------------------------------------------------------------------------


def test_a_person_signs_in_and_sees_what_is_theirs(side: Side) -> None:
    """R2."""
    dana, frank = (
        side.procore.person(side.sign_in("Dana Ortiz")),
        side.procore.person(side.sign_in("Frank Weber")),
    )
    assert dana.login == "dana.ortiz@acme.example"
    assert [company.id for company in dana.companies()] == [side.id]
    assert dana.is_admin(side.id)
    assert not frank.is_admin(side.id)
    assert len(dana.project_ids(side.id)) == 6
    assert frank.project_ids(side.id) == {side.bridge.id, side.mill.id}
    person = frank.in_company(side.id)
    assert person.person_id == next(
        p.id for p in side.world.state.people if p.user_id == side.world.user_named("Frank Weber").id
    )


def test_a_person_of_another_company_is_not_shown_ours(side: Side) -> None:
    """R2."""
    sam = side.procore.person(side.sign_in("Sam Stranger"))
    assert side.id not in [company.id for company in sam.companies()]
    with pytest.raises((NotFound, PermissionMissing)):
        sam.in_company(side.id)


def test_a_code_works_once(side: Side) -> None:
    """R2."""
    with pytest.raises(SignInExpired):
        side.procore.sign_in("no-such-code")


def test_a_sign_in_is_renewed_for_days_and_ends_with_signing_out(side: Side) -> None:
    """R2, R7."""
    key = side.sign_in("Dana Ortiz")
    for _ in range(20):
        side.pass_time(80 * 60)
        side.procore.person(key).companies()
    side.procore.sign_out(key)
    with pytest.raises(SignInExpired):
        side.procore.person(key).companies()
    assert all(
        token.revoked_by or token.is_refresh_used for token in side.world.state.tokens if token.user_id
    )


def test_permissions_and_installations_are_asked(side: Side) -> None:
    """R1."""
    service = side.procore.service(side.id)
    assert [(line.tool, line.is_ok) for line in service.permissions()] == [
        ("Timecard", True),
        ("Directory", True),
        ("Webhooks", True),
    ]
    side.world.withdraw_permission(side.id, "Timecard")
    assert [line.is_ok for line in service.permissions()] == [False, True, True]
    company = service.company()
    assert company is not None
    assert company.name == "Acme Builders"
    assert [row.is_installed for row in service.installations()] == [True]
    assert len(service.permitted_projects()) == 5


def test_a_withdrawn_permission_and_an_uninstall_are_told_apart(side: Side) -> None:
    """R8, D101."""
    side.world.withdraw_permission(side.id, "Timecard")
    with pytest.raises(PermissionMissing):
        side.company.by_ids([1])
    side.world.uninstall(side.id)
    with pytest.raises(AppNotConnected):
        side.company.time_types()


def test_revoked_tokens_are_renewed_once_for_all(side: Side) -> None:
    """D100."""
    side.company.time_types()
    side.pass_time(60)
    side.world.revoke_tokens()
    assert side.company.time_types()
    calls = [call for call in side.world.request_log() if call.path == "/oauth/token"]
    assert len(calls) == 2


# ---- limits, faults ------------------------------------------------------------------------------------


def test_the_rate_limit_is_kept_without_a_429(side: Side) -> None:
    """Invariant 8; Integration Health 3."""
    side.world.set_switches(spike_limit=20)
    done = waits = 0
    while done < 60:
        try:
            side.company.time_types()
            done += 1
        except RateLimited as told:
            waits += 1
            side.pass_time((told.until - side.here.now()).total_seconds() + 0.1)
        assert waits < 10
    assert waits >= 2
    assert [call for call in side.world.request_log(500) if call.status == 429] == []


def test_reads_survive_a_short_outage(side: Side) -> None:
    """D105."""
    side.company.time_types()
    side.world.add_fault(effect="refuse", status=502, times=2)
    assert side.company.time_types()


def test_pages_that_are_no_json_are_told(side: Side) -> None:
    """D106."""
    side.company.time_types()
    side.break_("html")
    with pytest.raises(UnreadableAnswer):
        side.company.time_types()
    side.break_("truncate")
    with pytest.raises(ProcoreUnavailable):
        side.company.time_types()


def test_every_call_the_adapter_makes_was_made_here(side: Side) -> None:
    """R35: the allow-list holds nothing that the stand-in does not offer, and no call is an observation of
    Integration Health."""
    key = side.sign_in("Dana Ortiz")
    person, service, hooks = (
        side.procore.person(key),
        side.procore.service(side.id),
        side.procore.hooks(side.id),
    )
    person.companies(), person.in_company(side.id), person.is_admin(side.id), person.projects(side.id)
    service.permissions(), service.installations()
    side.procore.oauth.info(side.procore.tokens.access(SERVICE))
    side.company.people(), side.company.time_types(), side.company.sub_jobs(side.hospital.id)
    side.company.cost_codes(side.bridge.id), side.company.time_entry_style()
    card = side.made()
    lunch = {"start": MONDAY, "stop": MONDAY + timedelta(hours=4), "lunch_minutes": 15, "hours": None}
    shifts = [side.draft(number, project=side.mill.id, is_start_stop=True, **lunch) for number in (5, 6, 7)]
    side.company.create_many(shifts[:1]), side.company.create_many(shifts[1:])
    side.company.update(card.id, side.bridge.id, DAY, {"billable": False})
    side.company.change_history(card.id)
    side.company.locations(side.bridge.id, DAY, DAY)
    side.company.delete(card.id)
    hooks.offered(side.bridge.id)
    hook = hooks.create("timesite", "http://127.0.0.1:9/webhooks/procore", "Bearer s", side.bridge.id)
    hooks.set_triggers(hook.id, side.bridge.id)
    hooks.named("timesite", side.bridge.id)
    hooks.disabled("timesite", "http://127.0.0.1:9/webhooks/procore")
    hooks.deliveries(hook.id, "discarded", side.bridge.id)
    hooks.set_authorization(hook.id, "Bearer t", side.bridge.id)
    hooks.delete(hook.id, side.bridge.id)
    newer = hooks.v2.create("timesite", "http://127.0.0.1:9/webhooks/procore", "Bearer s")
    hooks.v2.set_authorization(newer.id, "Bearer t")
    hooks.v2.deliveries(newer.id, "failing")
    assert not hooks.v2.offered()
    with pytest.raises(ProcoreRefused, match="all triggers"):
        hooks.v2.set_triggers(newer.id)
    hooks.v2.delete(newer.id)
    side.procore.sign_out(key)
    assert side.procore.client.calls.keys() == {f"{route.method} {route.template}" for route in ALLOWED}
    assert {each.key: each.own for each in side.world.integration_health() if each.own} == {}
