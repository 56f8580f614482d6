"""A caller of the API with a key of each kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fixtures.acme import Cast, seed
from webapp.services import api_keys

ACME, STRANGER = 5_629_499_534_213_120, 5_629_499_534_213_777


@dataclass(frozen=True, slots=True)
class Caller:
    """Speaks JSON with one key."""

    client: FlaskClient
    key: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kwargs = {} if body is None else {"json": body}
        return self.client.open(
            f"/api/v1{path}",
            method=method,
            headers={"Authorization": f"Bearer {self.key}", **named},
            **kwargs,
        )


@pytest.fixture
def acme(app: Flask) -> Cast:
    return seed(app)


@pytest.fixture
def caller(app: Flask, acme: Cast) -> Callable[..., Caller]:
    def make(role: str = "admin", company: int = ACME) -> Caller:
        with app.app_context():
            return Caller(app.test_client(), api_keys.create(company, "test", role))

    return make


@pytest.fixture
def call(caller: Callable[..., Caller]) -> Caller:
    return caller()
