"""What changes around the records while they are worked on: settings, rules, conflicts resolved, permissions taken and
given back, clocks, Procore's own habits. At the end of the storm an administrator puts right what stops records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import select, text

from procore_sandbox.model.records import Hook
from tests.simulation.company import PROJECTS
from tests.simulation.provenance import values_here, values_there
from tests.simulation.site import SimulatedSite
from tests.simulation.users import FIRST_DAY
from webapp.extensions import db
from webapp.services import activity, conflicts, guard, locks, projects, settings
from webapp.store.models import Message, Project
from webapp.store.session import reading

HABITS: dict[str, tuple[Any, ...]] = {
    "deleted_cards_shown": (True,),
    "updated_list_has_deleted": (True,),
    "updated_bounds_inclusive": (False,),
    "origin_id_unique": (True,),
    "shuffle_bulk_rows": (True,),
    "partial_bulk": (True,),
    "bulk_limit": (1, 2),
    "one_event_per_bulk_row": (False,),
    "application_id_in_events": (False,),
    "unpermitted_project_status": (403,),
    "spike_limit": (8, 20),
    "hourly_limit": (60,),
    "hook_version_style": ("long",),
    "list_lag_seconds": (2.0, 5.0, 9.0),
    "biggest_page": (2, 3),
    "list_order": ("newest", "updated"),
    "page_headers": ("link", "total", "none"),
    "pages_cut_early": (True,),
    "hours_as": ("short", "places", "padded", "number"),
    "ids_as_text": (True,),
    "origin_id_as": ("text",),
    "empty_keys": ("left_out", "more"),
    "extra_keys": (True,),
    "updated_at_cut_seconds": (1, 10, 60),
    "updated_at_skew_seconds": (1, 3),
    "updated_at_unmoved_by": ("approval",),
    "approved_refuse_edits": (False,),
    "locked_status": (403, 409),
    "bulk_hours_integer": (True,),
    "bulk_fractions_refused": (True,),
    "bulk_refusals": ("in_rows",),
    "bulk_rows_have_origin": (False,),
    "small_bulk_offered": (False,),
    "rate_headers": ("missing", "past", "far", "broken"),
    "limit_answer": ("reset", "retry_after", "neither"),
    "error_bodies": ("message", "errors", "nested", "fields", "html"),
    "application_id_kind": ("app_id",),
    "hours_step_minutes": (6, 15),
    "trims_descriptions": (True,),
    "overtime_split": ("always",),
    "updates_split": (True,),
}
"""What may differ from Procore's documents in a seed, and how."""
HABIT_SHARE = 0.1
HALF = 0.5
STORM = 40
QUICK_LIMITS = {"spike_limit": 100, "hourly_limit": 3600}
UNTOLD = ("turn_off", "turn_on", "withdraw", "give_back", "lose_hook", "change_secret")
"""What keeps events from coming, or from being heeded."""
GENEROUS = {"guard_deletions": 1000, "guard_deletions_percent": 100}
GENEROUS |= {"guard_changes": 1000, "guard_changes_percent": 100}
RULES = ("default", "later", "procore", "timesite", "ask")


class Administrators:
    """`has_toggled`: a direction was off for a while, so that accepted differences may stay for good. `habits`: given
    on top of those drawn."""

    def __init__(self, site: SimulatedSite, rng: Random, habits: Mapping[str, Any]) -> None:
        self.site, self.rng = site, rng
        self.acts: Counter[str] = Counter()
        self.numbers = 0
        self.has_toggled = False
        self.withdrawn: list[int] = []
        self.without: Collection[str] = ()
        self.busy = rng.choice((0, 0, 0.05, 0.15))
        self._give_habits(habits)
        if rng.random() < 0.3:
            self._skew(rng.uniform(-90_000, 90_000))

    def act(self) -> bool:
        """Sometimes something; how often, the seed decides."""
        if self.rng.random() >= self.busy:
            return False
        name = self.rng.choice([name for name in ACTS if name not in self.without])
        self.acts[name] += 1
        self.site.has_lost_events |= name in UNTOLD
        self.site.scheduler.tell(f"administrator: {name}")
        ACTS[name](self)
        return True

    def put_right(self) -> None:
        """Directions on, projects permitted, limits as usual; what was set aside or refused is retried."""
        world = self.site.world
        world.set_switches(**QUICK_LIMITS)
        self._give_back()
        self.link_projects()
        self.let_through()
        self._request(partial(locks.unlock, self.site.actor(), date.min, date.max))
        for direction in ("receive", "send"):
            self._set({direction: True}, "off")
        self._set(GENEROUS | {"receive_only_linked": False, "send_only_linked": False})
        self.site.scheduler.finish()

    def retry_failed(self, *kinds: str) -> bool:
        """A person presses Retry on what failed for a cause that is gone. False when nothing did."""
        with self.site.looked_at(), db.engine.execution_options(is_readonly=True).connect() as connection:
            keys = [
                key
                for (key,) in connection.execute(
                    text(
                        "SELECT DISTINCT reason_key FROM links WHERE company_id = :company AND state <> 'in_sync'"
                    ),
                    {"company": self.site.company_id},
                )
                if key and key.startswith(kinds)
            ]
        for key in sorted(keys):
            self._request(partial(activity.retry_reason, self.site.actor(), key))
        self.site.scheduler.finish()
        return bool(keys)

    # ---- habits and clocks ---------------------------------------------------------------------------

    def _give_habits(self, given: Mapping[str, Any]) -> None:
        drawn: dict[str, Any] = {}
        for name, choices in HABITS.items():
            lot, choice = self.rng.random(), self.rng.choice(choices)
            if lot < HABIT_SHARE:
                drawn[name] = choice
        self.habits = drawn | dict(given)
        self.site.world.set_switches(**self.habits)
        self.acts.update({f"habit {name}": 1 for name in self.habits})

    def _skew(self, seconds: float) -> None:
        self.site.our_clock.ahead = timedelta(seconds=seconds)

    def jump(self) -> None:
        """Our clock is put forward or back; a lock may end early by that."""
        for watch in self.site.line.watches:
            watch.knows_time = False
        self._skew(self.site.our_clock.ahead.total_seconds() + self.rng.uniform(-300, 300))

    # ---- here ------------------------------------------------------------------------------------------

    def turn_off(self) -> None:
        self.has_toggled = True
        self._set({self.rng.choice(("receive", "send")): False})

    def turn_on(self) -> None:
        since = self.rng.choice(("off", "now"))
        wanted = {self.rng.choice(("receive", "send")): True}
        change = partial(settings.change, self.site.company_id, wanted, since)
        self._request(partial(self._accepting, change) if since == "now" else change)

    def change_rule(self) -> None:
        self._set({"conflict_rule": self.rng.choice(RULES)})

    def unlink_project(self) -> None:
        """Somebody takes one of ours and one of Procore's apart, for a while."""
        linked = [row.id for row in self._projects() if row.procore_project_id is not None]
        if linked:
            key = self.rng.choice(linked)
            self._request(lambda: projects.unlink(self.site.company_id, key))

    def link_projects(self) -> None:
        """What was taken apart is linked again, as it was."""
        for row in self._projects():
            if row.unlinked_project_id is not None:
                target = projects.LinkTarget(row.unlinked_project_id, row.unlinked_sub_job_id or None)
                self._request(partial(projects.link, self.site.company_id, row.id, target))

    def _projects(self) -> list[Project]:
        with self.site.looked_at(), reading(self.site.company_id) as session:
            return list(session.scalars(select(Project).order_by(Project.id)))

    def tighten_guard(self) -> None:
        """From now on few deletions and changes are more than usual (D12)."""
        most = {
            "guard_deletions": 2,
            "guard_deletions_percent": 60,
            "guard_changes": 3,
            "guard_changes_percent": 60,
        }
        self._set({name: self.rng.randrange(1, limit + 1) for name, limit in most.items()})

    def let_through(self) -> None:
        for act in self._about_quarantine("let_through"):
            self._request(act)

    def drop(self) -> None:
        """What was held stays as it is on the other side: a difference that was accepted."""
        self.has_toggled = True
        for act in self._about_quarantine("drop"):
            self._request(partial(self._accepting, act))

    def _about_quarantine(self, decision: guard.Decision) -> list[Callable[[], object]]:
        directions: tuple[guard.Direction, ...] = ("receive", "send")
        return [
            partial(guard.decide, self.site.company_id, direction, decision, "Sam")
            for direction in directions
        ]

    def _accepting(self, act: Callable[[], object]) -> None:
        """What stands before and after it, for people go on meanwhile."""
        self._note_accepted()
        act()
        self._note_accepted()

    def _note_accepted(self) -> None:
        with db.engine.execution_options(is_readonly=True).connect() as connection:
            sheets = connection.execute(
                text("SELECT hours, description, date FROM timesheets WHERE company_id = :company"),
                {"company": self.site.company_id},
            )
            standing = [values_here(row) for row in sheets.mappings()]
        cards = [c for c in self.site.world.state.timecards if c.company_id == self.site.theirs.id]
        for values in (*standing, *map(values_there, cards)):
            for unit, value in values.items():
                self.site.accepted[unit].add(value)

    def discard(self) -> None:
        """What waits or failed is not to be synced: the other side stays as it is."""
        with self.site.looked_at(), reading(self.site.company_id) as session:
            is_open = Message.state.in_(("pending", "failed"))
            ids = session.scalars(select(Message.id).where(is_open).order_by(Message.id)).all()
        if ids:
            self.has_toggled = True
            act = partial(activity.discard, self.site.actor(), self.rng.choice(ids), None)
            self._request(partial(self._accepting, act))

    def lock_period(self) -> None:
        first, last = self._period()
        self._request(partial(locks.lock, self.site.actor(), first, last))
        if self.rng.random() < HALF:
            self._request(partial(locks.process, self.site.actor(), first, last))

    def unlock_period(self) -> None:
        self._request(partial(locks.unlock, self.site.actor(), *self._period()))

    def _period(self) -> tuple[date, date]:
        first = FIRST_DAY + timedelta(days=self.rng.randrange(3))
        return first, first + timedelta(days=self.rng.choice((0, 2, 100)))

    def link_only(self) -> None:
        """Whether what is not linked is linked by itself (R11)."""
        setting = self.rng.choice(("receive_only_linked", "send_only_linked"))
        self._set({setting: self.rng.random() < HALF})

    def resolve(self) -> None:
        with self.site.looked_at(), db.engine.execution_options(is_readonly=True).connect() as connection:
            found = connection.execute(
                text(
                    "SELECT id FROM conflicts WHERE company_id = :company AND resolved_at IS NULL ORDER BY id"
                ),
                {"company": self.site.company_id},
            )
            ids = [row[0] for row in found]
        if ids:
            key, keep = self.rng.choice(ids), self.rng.choice(("ours", "theirs"))
            self._request(lambda: conflicts.resolve(self.site.actor(), key, keep))

    def _set(self, wanted: dict[str, object], since: str | None = None) -> None:
        self._request(lambda: settings.change(self.site.company_id, wanted, since))

    def _request(self, act: Callable[[], object]) -> None:
        self.numbers += 1
        self.site.start(f"admin{self.numbers}", act)

    # ---- in Procore ------------------------------------------------------------------------------------

    def withdraw(self) -> None:
        place = self.site.world.projects(self.site.theirs.id)[self.rng.choice(PROJECTS)].id
        if place not in self.withdrawn:
            self.withdrawn.append(place)
            self.site.world.withdraw_project(self.site.theirs.id, place)

    def give_back(self) -> None:
        self._give_back()

    def _give_back(self) -> None:
        while self.withdrawn:
            self.site.world.give_back_project(self.site.theirs.id, self.withdrawn.pop())

    def _own_hooks(self) -> list[Hook]:
        return [hook for hook in self.site.world.hooks() if hook.company_id == self.site.theirs.id]

    def change_secret(self) -> None:
        """Events come with an Authorization that nobody here knows."""
        own = self._own_hooks()
        if own:
            self.site.world.change_hook_secret(self.rng.choice(own).id)

    def storm(self) -> None:
        """Many events on few records, of which none has changed."""
        cards = [c.id for c in self.site.world.state.timecards if c.company_id == self.site.theirs.id]
        if cards:
            self.site.world.storm(self.rng.sample(cards, min(3, len(cards))), STORM)

    def revoke_tokens(self) -> None:
        self.site.world.revoke_tokens(people=False)

    def lose_hook(self) -> None:
        """Somebody deletes one of our hooks."""
        own = self._own_hooks()
        if own:
            hook = self.rng.choice(own)
            self.site.world.state.queues.pop(hook.id, None)
            self.site.world.state.hooks.drop(hook.id)


ACTS: dict[str, Callable[[Administrators], None]] = {
    "turn_off": Administrators.turn_off,
    "turn_on": Administrators.turn_on,
    "change_rule": Administrators.change_rule,
    "resolve": Administrators.resolve,
    "discard": Administrators.discard,
    "lock_period": Administrators.lock_period,
    "unlock_period": Administrators.unlock_period,
    "link_only": Administrators.link_only,
    "tighten_guard": Administrators.tighten_guard,
    "let_through": Administrators.let_through,
    "drop": Administrators.drop,
    "unlink_project": Administrators.unlink_project,
    "link_projects": Administrators.link_projects,
    "withdraw": Administrators.withdraw,
    "give_back": Administrators.give_back,
    "revoke_tokens": Administrators.revoke_tokens,
    "lose_hook": Administrators.lose_hook,
    "change_secret": Administrators.change_secret,
    "storm": Administrators.storm,
    "jump": Administrators.jump,
}
