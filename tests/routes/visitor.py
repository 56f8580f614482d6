"""People with browsers: a frame or a tab with its own cookies, the sign-in popup, Procore's consent page."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qsl, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fixtures.site import Site

NONCE = "drawn-in-the-frame"
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
CODE = re.compile(r'data-hand-over="([^"]+)"')


class Visitor:
    """One jar of cookies, as a browser keeps for a frame, or for a tab."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.client: FlaskClient = site.app.test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(
            path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    def post(self, path: str, data: dict[str, str] | None = None, **headers: str) -> TestResponse:
        """With the token that the page carries."""
        token = TOKEN.search(self.client.get("/auth/sign-in").text)
        assert token is not None
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, data=data, headers={"X-CSRFToken": token[1], **sent})

    def change(self, setting: str, value: str, **more: str) -> TestResponse:
        return self.post("/settings/data-sync/procore/settings", {"setting": setting, "value": value, **more})


def start(window: Visitor, query: str = "") -> dict[str, str]:
    """Presses *Sign in*: what Procore's authorize page is asked."""
    answer = window.get(f"/auth/start{query}")
    assert answer.status_code == 302
    return dict(parse_qsl(urlsplit(answer.location).query))


def consent(site: Site, asked: dict[str, str], name: str) -> str:
    """The person allows it: the address that Procore sends the browser to."""
    request = site.world.authorization_request(asked)
    address = urlsplit(site.world.allow(request, site.world.user_named(name).id))
    return f"{address.path}?{address.query}"


def popup_for(site: Site, name: str) -> tuple[Visitor, str]:
    """The popup after Procore, and the code that it hands over."""
    popup = Visitor(site)
    nonce = hashlib.sha256(NONCE.encode()).hexdigest()
    page = popup.get(consent(site, start(popup, f"?nonce={nonce}"), name))
    assert page.status_code == 200
    code = CODE.search(page.text)
    assert code is not None
    return popup, code[1]


def framed(site: Site, name: str, company_id: int | None = None) -> Visitor:
    """Signed in inside the frame."""
    frame = Visitor(site)
    _, code = popup_for(site, name)
    assert frame.post("/auth/redeem", {"code": code, "nonce": NONCE}).status_code == 200
    hint = f"?company_id={company_id}" if company_id else ""
    frame.get(f"/{hint}")
    return frame


def in_tab(site: Site, name: str) -> Visitor:
    """Signed in in a tab of its own."""
    tab = Visitor(site)
    assert tab.get(consent(site, start(tab), name)).status_code == 303
    return tab
