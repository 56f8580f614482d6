"""Somebody at the stand-in's pages: reads what is shown, fills in forms as they are rendered, and sends them."""

from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

from flask import Flask
from werkzeug.test import TestResponse

from procore_sandbox.http.app import create_app
from procore_sandbox.http.sandbox import Sandbox
from procore_sandbox.model.records import Project, User
from procore_sandbox.web import share
from tests.sandbox.cast import Procore


@dataclass(slots=True)
class Form:
    """A form as it stands on the page: where it goes and what it would send."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """Elements by test id, the forms, and the visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._choice: str | None = None
        self._writing: str | None = None
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def marked(self, test_id: str) -> list[dict[str, str]]:
        """Attributes of the elements with this data-testid."""
        return [values for _, values in self.tags if values.get("data-testid") == test_id]

    def form(self, test_id: str) -> Form:
        """The form that has this test id, or that holds the button with it."""
        found = [each for number, each in enumerate(self.forms) if test_id in self._marks[number]]
        assert found, f"no form {test_id}"
        return found[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        if tag == "form":
            self.forms.append(Form(values.get("action", "")))
            self._marks = [*getattr(self, "_marks", []), set()]
        if self.forms and "data-testid" in values:
            self._marks[-1].add(values["data-testid"])
        if self.forms:
            self._collect(tag, values)

    def _collect(self, tag: str, values: dict[str, str]) -> None:
        name, sent = values.get("name", ""), self.forms[-1].values
        if tag == "input" and name:
            is_box = values.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in values:
                sent.setdefault(name, []).append(values.get("value", ""))
        elif tag == "select":
            self._choice = name
        elif tag == "option" and self._choice is not None:
            if "selected" in values or self._choice not in sent:
                sent[self._choice] = [values.get("value", "")]
        elif tag == "textarea":
            self._writing = name
            sent[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        self._choice = None if tag == "select" else self._choice
        self._writing = None if tag == "textarea" else self._writing

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._writing is not None:
            self.forms[-1].values[self._writing] = [data]


@lru_cache(maxsize=1)
def one_app() -> Flask:
    """The app with its templates compiled; each visitor brings a World of their own."""
    procore = Procore()
    return create_app(Sandbox(procore.world, procore.clock))


class Visitor:
    """A browser without JavaScript, acting as Dana until told otherwise."""

    def __init__(self, procore: Procore) -> None:
        self.procore = procore
        app, sandbox = one_app(), Sandbox(procore.world, procore.clock)
        sandbox.attach(app)
        share(app, procore.world, sandbox.lock)
        self.client = app.test_client()

    def open(self, path: str, status: int = 200) -> Page:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return Page(answer.text)

    def send(self, path: str, **values: object) -> TestResponse:
        return self.client.post(path, data=values)

    def submit(self, path: str, test_id: str, status: int = 303, /, **changes: object) -> TestResponse:
        """Sends the form with this mark as it is rendered, but for the changes (None: left out)."""
        form = self.open(path).form(test_id)
        values: dict[str, object] = {**form.values, **changes}
        kept = {name: value for name, value in values.items() if value is not None}
        answer = self.client.post(form.action or path, data=kept)
        assert answer.status_code == status, answer.text
        return answer

    def act_as(self, user: User) -> None:
        assert self.send("/act-as", user_id=user.id).status_code == 303

    def said(self) -> str:
        """What the last action left to be read, on the home page."""
        page = self.open("/")
        return page.text if page.marked("flash") else ""

    def cards(self, project: Project | None = None) -> str:
        """The address of a project's time card tool."""
        place = project or self.procore.bridge
        return f"/{place.company_id}/projects/{place.id}/timecards"

    @property
    def company(self) -> str:
        return f"/{self.procore.company.id}"
