"""A task is sent as the time type that the template or its name tells, whatever cards came in before: R14, R19, D66."""

from __future__ import annotations

from decimal import Decimal

import pytest

from procore_sandbox.model.records import TimeType
from tests.fixtures.site import Site
from tests.journeys.releases import assert_released, held_by
from webapp.services import directory, tasks, template
from webapp.services.template import Row


def type_named(site: Site, name: str) -> TimeType:
    types = site.world.state.time_types
    return next(t for t in types if t.company_id == site.theirs.id and t.time_type == name)


def new_types(site: Site, *names: str) -> list[TimeType]:
    made = [site.world.add_record("time_type", site.theirs.id, time_type=name) for name in names]
    directory.refresh(site.company_id)
    return made


def task_named(site: Site, name: str) -> int:
    return next(task.id for task in tasks.page(site.company_id, 0, 100)[0] if task.name == name)


def sent_as(site: Site, task: str) -> int:
    """The time type of the card that a timesheet of this task becomes."""
    before = {card.id for card in site.cards()}
    site.write("1.0", task_id=task_named(site, task))
    site.settle()
    [card] = [card for card in site.cards() if card.id not in before]
    return card.timecard_time_type_id


@pytest.mark.parametrize(
    "other, row", [("Sunday work", "Sunday work"), ("Overtime weekend", "Overtime*")], ids=["row", "wildcard"]
)
def test_a_card_of_another_type_of_its_task_does_not_decide_what_the_task_is_sent_as(
    site: Site, other: str, row: str
) -> None:
    """R19: several types become one task; what it is sent as is what somebody is paid."""
    site.connect(send=True)
    [kind] = new_types(site, other)
    template.add(site.company_id, row, "Overtime")
    site.enter("3.0", timecard_time_type_id=kind.id)
    site.settle()
    assert [sheet.task_id for sheet in site.timesheets()] == [task_named(site, "Overtime")]
    assert sent_as(site, "Overtime") == type_named(site, "Overtime").id
    assert_released(site, links=2)


def test_a_type_renamed_before_anything_was_sent_stays_the_one_of_its_task(site: Site) -> None:
    """D66: also where the template turns another type into the same task."""
    site.connect(send=True)
    overtime = type_named(site, "Overtime")
    new_types(site, "Sunday work")
    template.add(site.company_id, "Sunday work", "Overtime")
    site.enter("3.0", timecard_time_type_id=overtime.id)
    site.settle()
    site.world.change_record("time_type", overtime.id, time_type="OT")
    directory.refresh(site.company_id)
    assert sent_as(site, "Overtime") == overtime.id


def test_a_type_that_the_template_gives_to_another_task_is_no_longer_sent(site: Site) -> None:
    """R14, R19: a corrected template corrects both directions."""
    site.connect(send=True)
    first, second = new_types(site, "Per diem A", "Per diem B")
    template.add(site.company_id, "Per diem A", "Allowance")
    assert sent_as(site, "Allowance") == first.id
    kept = [row for row in template.read(site.company_id) if row.time_type != "Per diem A"]
    corrected = [*kept, Row("Per diem A", "Travel"), Row("Per diem B", "Allowance")]
    template.replace(site.company_id, corrected)
    assert sent_as(site, "Allowance") == second.id


def test_a_renamed_task_is_sent_as_before_when_the_template_changes_elsewhere(site: Site) -> None:
    """R19: by its link."""
    site.connect(send=True)
    overtime = type_named(site, "Overtime")
    assert sent_as(site, "Overtime") == overtime.id
    tasks.rename(site.company_id, task_named(site, "Overtime"), "Extra hours")
    template.add(site.company_id, "On call", "Standby")
    assert sent_as(site, "Extra hours") == overtime.id


def test_the_only_type_of_a_wildcard_is_sent_and_of_several_a_person_says_which(site: Site) -> None:
    """R14, R19: a row that names one of them releases what waited."""
    site.connect(send=True)
    [abroad] = new_types(site, "Per diem abroad")
    template.add(site.company_id, "Per diem a*", "Allowance")
    template.add(site.company_id, "Bonus*", "Reward")
    assert sent_as(site, "Allowance") == abroad.id
    summer, _ = new_types(site, "Bonus summer", "Bonus winter")
    site.write("1.0", task_id=task_named(site, "Reward"))
    site.enter("3.0", timecard_time_type_id=summer.id)
    site.settle()
    held_by(site, "task_here")
    template.add(site.company_id, "Bonus summer", "Reward")
    site.settle()
    assert_released(site, links=3)


def remove(site: Site, kind: TimeType) -> None:
    site.world.state.time_types.rows.pop(kind.id)
    directory.refresh(site.company_id)


def test_a_type_that_was_removed_and_made_again_in_procore_is_sent_anew(site: Site) -> None:
    """R19: by its name; Procore refuses the old id."""
    site.connect(send=True)
    old = type_named(site, "Overtime")
    assert sent_as(site, "Overtime") == old.id
    remove(site, old)
    site.write("2.0", task_id=task_named(site, "Overtime"))
    site.settle()
    held_by(site, "task_here")
    [new] = new_types(site, "Overtime")
    site.settle()
    assert_released(site, links=2)
    assert {card.timecard_time_type_id for card in site.cards() if card.hours == 2} == {new.id}


def test_a_removed_type_is_replaced_by_one_of_another_name_only_when_the_template_says_so(site: Site) -> None:
    """R19: also where the template turned another type into its task all along."""
    site.connect(send=True)
    [sunday] = new_types(site, "Sunday work")
    template.add(site.company_id, "Sunday work", "Overtime")
    old = type_named(site, "Overtime")
    assert sent_as(site, "Overtime") == old.id
    remove(site, old)
    site.write("2.0", task_id=task_named(site, "Overtime"))
    site.settle()
    held_by(site, "task_here")
    template.add(site.company_id, "Holiday work", "Holiday")
    site.settle()
    held_by(site, "task_here")
    kept = [row for row in template.read(site.company_id) if row.time_type != "Overtime"]
    template.replace(site.company_id, kept)
    site.settle()
    assert_released(site, links=2)
    assert {card.timecard_time_type_id for card in site.cards() if card.hours == 2} == {sunday.id}


def test_a_card_of_a_removed_type_keeps_its_task_and_its_type(site: Site) -> None:
    """R14, R22: it is old time, and Procore's list is not read again for it."""
    site.connect(send=True)
    old = type_named(site, "Overtime")
    card = site.enter("3.0", timecard_time_type_id=old.id)
    site.settle()
    remove(site, old)
    site.forget_calls()
    site.edit(card.id, description="From the site")
    site.settle()
    [sheet] = site.timesheets()
    site.rewrite(sheet.id, hours=Decimal(4))
    site.settle()
    assert_released(site)
    assert [(c.hours, c.timecard_time_type_id) for c in site.cards()] == [(4, old.id)]
    assert [row for row in site.world.call_counts() if "time_types" in row.route] == []
