"""What people do to cards besides entering and editing: move, copy, sign."""

import pytest

from procore_sandbox.model import Refused
from tests.sandbox.cast import Procore


def test_a_card_moves_to_the_code_of_the_same_number(procore: Procore) -> None:
    """D28."""
    card = procore.enter(location_id=None)
    moved = procore.world.move_timecard(procore.dana.id, card.id, procore.school.id)
    code = procore.world.state.cost_codes.rows[moved.cost_code_id]
    assert (moved.id, moved.project_id, code.project_id) == (card.id, procore.school.id, procore.school.id)
    assert code.full_code == procore.cost_code(procore.bridge).full_code


def test_a_copy_carries_the_origin_id_too(procore: Procore) -> None:
    """D6: two cards with one origin id."""
    card = procore.enter(origin_id=77, description="Forms")
    copy = procore.world.copy_timecard(procore.dana.id, card.id, hours="2.0")
    assert copy.id != card.id
    assert (copy.origin_id, copy.description, str(copy.hours)) == (77, "Forms", "2.00")


def test_a_copy_of_a_shift_keeps_its_times(procore: Procore) -> None:
    times = {"time_in": "2026-11-16T14:00:00Z", "time_out": "2026-11-16T22:30:00Z", "lunch_time": "30"}
    card = procore.enter(procore.mill, **times)
    copy = procore.world.copy_timecard(procore.dana.id, card.id)
    assert (copy.time_in, copy.time_out, copy.hours) == (card.time_in, card.time_out, card.hours)


def test_a_card_is_signed_and_the_signature_taken_off(procore: Procore) -> None:
    """D46."""
    card = procore.enter()
    assert procore.world.sign_timecard(procore.dana.id, card.id).signature_id is not None
    assert procore.world.sign_timecard(procore.dana.id, card.id, is_signed=False).signature_id is None


def test_only_deleted_cards_come_back(procore: Procore) -> None:
    with pytest.raises(Refused):
        procore.world.restore_timecard(procore.dana.id, procore.enter().id)
