"""Builds everything above from settings, a clock, the stores, randomness and a way to wait."""

from __future__ import annotations

from collections.abc import Callable

import requests

from webapp.config import Config
from webapp.domain.credentials import SERVICE, Priority, user_key
from webapp.procore.api import Api
from webapp.procore.client import Client, new_session
from webapp.procore.directory import Directory
from webapp.procore.filters import Filters
from webapp.procore.hooks import Hooks
from webapp.procore.installation import ServiceAccount
from webapp.procore.oauth import OAuth
from webapp.procore.pacing import Pacer
from webapp.procore.paths import ME
from webapp.procore.people import Me, Person, me_of
from webapp.procore.ports import BudgetStore, BulkStore, Rng, TokenStore
from webapp.procore.refusals import data_of
from webapp.procore.timecards import Timecards
from webapp.procore.tokens import Tokens
from webapp.sync.ports import Clock


class CompanyAtProcore(Timecards, Directory):
    """AtProcore of sync.ports: a company's time cards and reference lists, with the service account's token."""

    def __init__(self, api: Api, kinds: BulkStore, filters: Filters | None = None) -> None:
        Timecards.__init__(self, api, kinds, filters)


class Procore:
    """One per process is enough; it is safe to share between threads and survives a fork."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        tokens: TokenStore,
        budgets: BudgetStore,
        kinds: BulkStore,
        rng: Rng,
        pause: Callable[[float], None],
        session: Callable[[], requests.Session] = new_session,
    ) -> None:
        self.client = Client(config.procore_login_url, config.procore_api_url, clock, session)
        self.oauth = OAuth(
            self.client, config.procore_client_id, config.procore_client_secret, config.redirect_uri
        )
        self.filters, self.kinds = Filters(), kinds
        self.without_hooks_v1: set[int] = set()
        self.pacer = Pacer(budgets, clock, rng)
        self.tokens = Tokens(tokens, self.oauth, self.pacer, clock, rng, pause)

    def company(self, procore_company_id: int, priority: Priority = Priority.FIRST) -> CompanyAtProcore:
        return CompanyAtProcore(self._api(SERVICE, procore_company_id, priority), self.kinds, self.filters)

    def hooks(self, procore_company_id: int, priority: Priority = Priority.FIRST) -> Hooks:
        return Hooks(self._api(SERVICE, procore_company_id, priority), self.without_hooks_v1)

    def service(self, procore_company_id: int, priority: Priority = Priority.FIRST) -> ServiceAccount:
        return ServiceAccount(self._api(SERVICE, procore_company_id, priority))

    def person(self, key: str) -> Person:
        """`key`: "user:<id>"."""
        return Person(lambda procore_company_id: self._api(key, procore_company_id))

    def sign_in(self, code: str) -> Me:
        """Takes the code of the callback: the pair is asked who it belongs to, and kept under "user:<id>". Raises
        SignInExpired for a code that Procore refuses."""
        pair = self.oauth.exchange(code)
        me = me_of(data_of(self.client.send(ME, token=pair.access_token)))
        self.tokens.keep(user_key(me.id), pair)
        return me

    def sign_out(self, key: str) -> None:
        """Revokes a person's tokens at Procore and erases them here."""
        self.tokens.forget(key)

    def _api(self, key: str, procore_company_id: int | None, priority: Priority = Priority.FIRST) -> Api:
        return Api(self.client, self.tokens, self.pacer, key, procore_company_id, priority)
