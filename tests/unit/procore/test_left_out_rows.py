"""Rows that a bulk create leaves out of its answer though it succeeded."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.procore.canned import CARDS, Web
from tests.unit.procore.test_creating import BULK, draft, outcome
from webapp.procore.factory import CompanyAtProcore


def test_a_replay_that_is_left_out_again_is_sent_by_itself(company: CompanyAtProcore, web: Web) -> None:
    """D6, D9: so that Procore says what is wrong; else it would be sent with others for ever."""
    web.answer("POST", BULK, [{"id": 1001, "origin_id": 1}])
    web.answer("GET", CARDS, [])
    web.answer("POST", CARDS, {"errors": {"cost_code_id": ["is not in this project"]}}, status=422)
    created = company.create_many([draft(1), replace(draft(2), is_replay=True)])
    assert outcome(created) == {1: 1001, 2: "refused"}
    assert created[1].refusal is not None
    assert "cost code" in created[1].refusal.text
