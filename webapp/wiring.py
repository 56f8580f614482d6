"""The only file that picks adapters: which clock, which store, which Procore."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from random import Random, SystemRandom

from flask import current_app

from webapp.clock import SystemClock
from webapp.config import Config
from webapp.domain.credentials import Priority, user_key
from webapp.extensions import db
from webapp.procore.factory import CompanyAtProcore, Procore
from webapp.procore.hooks import Hooks
from webapp.procore.installation import ServiceAccount
from webapp.procore.oauth import OAuth
from webapp.procore.people import Person
from webapp.store.budgets import Budgets
from webapp.store.bulk_kinds import BulkKindStore
from webapp.store.credentials import Credentials
from webapp.store.dry_run import Assume, DryStore
from webapp.store.our_days import OurDays
from webapp.store.sync_store import SyncStore
from webapp.sync.ports import Clock


def config() -> Config:
    settings: Config = current_app.extensions["config"]
    return settings


def clock() -> Clock:
    chosen: Clock = current_app.extensions.setdefault("clock", SystemClock())
    return chosen


def rng() -> Random:
    """The source of jitter: the system's, unless a simulation put one with a seed in its place."""
    chosen: Random = current_app.extensions.setdefault("rng", SystemRandom())
    return chosen


def pause(seconds: float) -> None:
    """Waits; by the machine's clock, unless a simulation has its own way to let time pass."""
    wait: Callable[[float], None] = current_app.extensions.setdefault("pause", time.sleep)
    wait(seconds)


def store_for(company_id: int) -> SyncStore:
    """The engine's store of one company."""
    return SyncStore(db.engine, company_id, clock())


def dry_store_for(company_id: int, assume: Assume) -> DryStore:
    """The same with writing off, on assumptions."""
    return DryStore(db.engine, company_id, clock(), assume)


def our_days(company_id: int, since: datetime, entered_before: int) -> OurDays:
    """Our side of a check of one company, connected `since`."""
    return OurDays(db.engine, company_id, clock(), since, entered_before)


def procore() -> Procore:
    """Procore as the settings name it; one for the process."""
    if "procore" not in current_app.extensions:
        built = Procore(config(), clock(), Credentials(), Budgets(), BulkKindStore(), rng(), pause)
        current_app.extensions["procore"] = built
    chosen: Procore = current_app.extensions["procore"]
    return chosen


def procore_for(procore_company_id: int, priority: Priority = Priority.FIRST) -> CompanyAtProcore:
    """AtProcore of one company, by the service account. `priority`: BACKGROUND for what nobody waits for."""
    return procore().company(procore_company_id, priority)


def hooks_at_procore(procore_company_id: int, priority: Priority = Priority.FIRST) -> Hooks:
    return procore().hooks(procore_company_id, priority)


def service_account(procore_company_id: int, priority: Priority = Priority.FIRST) -> ServiceAccount:
    """What the service account may do there: installed, permissions, permitted projects (R1)."""
    return procore().service(procore_company_id, priority)


def oauth() -> OAuth:
    return procore().oauth


def sign_in_person(code: str) -> int:
    """Takes the callback's code, keeps the tokens, says whose they are. Raises SignInExpired."""
    return procore().sign_in(code).id


def sign_out_person(procore_user_id: int) -> None:
    """Revokes the person's tokens at Procore and erases them here. Raises TryLater, and keeps them then."""
    procore().sign_out(user_key(procore_user_id))


def person(procore_user_id: int) -> Person:
    """A signed-in person, by their own token."""
    return procore().person(user_key(procore_user_id))
