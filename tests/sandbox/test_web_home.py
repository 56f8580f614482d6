"""Home: the steps of a first visit, and who one acts as."""

import pytest

from tests.sandbox.cast import Procore
from tests.sandbox.visitor import Visitor


def done(visitor: Visitor) -> dict[str, str]:
    page = visitor.open("/")
    return {
        key: page.marked(f"step-{key}")[0]["data-done"] for key in ("install", "open", "connect", "enter")
    }


def test_the_steps_of_a_first_visit_are_ticked_as_they_are_done() -> None:
    """R35."""
    procore = Procore(is_installed=False)
    visitor = Visitor(procore)
    assert list(done(visitor).values()) == ["false"] * 4
    visitor.submit(f"{visitor.company}/apps", "install-form")
    assert done(visitor)["install"] == "true"
    visitor.open(f"{visitor.company}/apps/timesite")
    assert done(visitor)["open"] == "true"
    procore.pair(procore.dana)
    assert "Signed in; not connected yet." in visitor.open("/").text
    procore.hook(procore.bridge)
    assert done(visitor)["connect"] == "true"
    procore.enter()
    assert done(visitor)["enter"] == "false"
    for each in procore.world.due_deliveries():
        procore.world.delivered(each.id, 204)
    assert list(done(visitor).values()) == ["true"] * 4


def test_the_app_that_is_not_installed_is_not_counted_as_opened() -> None:
    visitor = Visitor(Procore(is_installed=False))
    assert visitor.open(f"{visitor.company}/apps/timesite").marked("not-installed")
    assert done(visitor)["open"] == "false"


def test_the_steps_are_those_of_the_persons_own_company(procore: Procore) -> None:
    """R2: what one company did is not shown to another."""
    visitor = Visitor(procore)
    visitor.act_as(procore.sam)
    assert done(visitor)["install"] == "false"
    assert "Acme" not in visitor.open("/").text.replace("Foreman at Acme Builders", "").replace(
        "administrator of Acme Builders", ""
    )


def test_the_chosen_person_stays_chosen(procore: Procore) -> None:
    visitor = Visitor(procore)
    assert "Dana Ortiz" in visitor.open("/").text
    back = visitor.send("/act-as", user_id=procore.frank.id, next=f"{visitor.company}/projects?")
    assert back.location == f"{visitor.company}/projects"
    page = visitor.open("/")
    assert [each["aria-pressed"] for each in page.marked("act-as-foreman")] == ["true"]
    assert [each["aria-pressed"] for each in page.marked("act-as-administrator")] == ["false"]


def test_a_person_of_another_company_starts_at_home(procore: Procore) -> None:
    visitor = Visitor(procore)
    back = visitor.send("/act-as", user_id=procore.sam.id, next=visitor.cards())
    assert back.location == "/"


@pytest.mark.parametrize("user_id", ["", "1", "x"])
def test_nobody_unknown_can_be_chosen(procore: Procore, user_id: str) -> None:
    visitor = Visitor(procore)
    visitor.act_as(procore.frank)
    visitor.send("/act-as", user_id=user_id)
    assert visitor.open("/").marked("act-as-foreman")[0]["aria-pressed"] == "true"


def test_the_service_account_is_nobody_to_act_as(procore: Procore) -> None:
    assert "Service Account" not in Visitor(procore).open("/").text
