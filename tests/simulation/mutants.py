"""python -m tests.simulation.mutants [--only key …] [--seeds N] [--jobs 2]: the mechanisms that are removed, one at a
time, to see whether the simulation finds it. `hunt` runs them."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta

from tests.simulation import without as w
from tests.simulation.aims import Aim
from tests.simulation.hunt import Mutant, main
from tests.simulation.users import WEIGHTS

J = "tests/journeys/"
CREATES = Aim(acts={"create_here": 8}, busy=0, meetings=8)
EDITS = Aim(acts={"edit_here": 10, "edit_there": 10}, held=0.9, busy=0, meetings=10)
NOTHING_ELSE = dict.fromkeys(WEIGHTS, 0)
HOURS = replace(EDITS, acts={**NOTHING_ELSE, "edit_here": 1, "edit_there": 1}, fields=("hours",))
DELETES = replace(EDITS, acts={"delete_here": 6, "edit_there": 12})
UNHEARD = replace(EDITS, acts={**NOTHING_ELSE, "edit_there": 1})
DELETING = replace(EDITS, acts={**NOTHING_ELSE, "delete_here": 1, "delete_there": 1})
LOST_CREATE = {"lost_answer@POST /rest": 0.5}
MUTANTS = (
    # creates
    Mutant(
        "look-up",
        "a create whose answer was lost is sent again at once, without a look for its card",
        {
            "webapp.sync.read.find_by_origin": w.giving({}),
            "webapp.sync.waits._may_still_appear": w.giving(False),
        },
        chances=LOST_CREATE,
        aim=CREATES,
        test=J + "test_send.py::test_a_lost_answer_to_a_create_never_makes_two_cards",
    ),
    Mutant(
        "intent",
        "nothing is written down before a create is sent",
        {"webapp.store.sync_store.SyncStore.intend": w.intent_not_kept},
        chances=LOST_CREATE,
        aim=CREATES,
        test=J + "test_send.py::test_a_lost_answer_to_a_create_never_makes_two_cards",
    ),
    Mutant(
        "lost-answer",
        "an answer that was lost is taken for a call that did not arrive",
        {"webapp.procore.client._unanswered": w.lost_is_refused},
        chances=LOST_CREATE,
        aim=CREATES,
        test=J + "test_send.py::test_a_lost_answer_to_a_create_never_makes_two_cards",
    ),
    Mutant(
        "pairing",
        "a card that carries our number is no longer led to its timesheet",
        {"webapp.sync.pairing.paired": w.second},
        chances={"kill@< POST /rest": 0.4, "lost_answer@POST /rest": 0.3},
        aim=CREATES,
    ),
    Mutant(
        "doubles",
        "two cards with one number stay two",
        {"webapp.sync.doubles.settle_double": w.giving(None)},
        chances={"late_effect@POST /rest": 0.5},
        aim=replace(CREATES, latest=600.0),
        test=J + "test_doubles.py::test_the_untouched_newer_card_is_deleted_by_us",
    ),
    Mutant(
        "stray",
        "the link that an event made for our own new card is not given up",
        {"webapp.store.outcomes._Batch._take_card": w.stray_left_alone},
        chances={},
        aim=replace(CREATES, comes="an event"),
    ),
    # marks and leases
    Mutant(
        "no-mark",
        "an edit here leaves no mark",
        {"webapp.store.marks.mark_edited": w.giving(None)},
        chances={},
    ),
    Mutant(
        "outbox",
        "an edit here is marked after its commit: a wake-up instead of an outbox",
        {"webapp.store.marks.mark_edited": w.marked_after_commit},
        chances={"kill@committed": 0.15},
    ),
    Mutant(
        "generation",
        "the generation of now is finished, not the one that was claimed",
        {"webapp.store.outcomes._Batch.store": w.generation_of_now},
        chances={"event_dropped": 0.5},
        aim=EDITS,
    ),
    Mutant(
        "lease-expiry",
        "a lease ends only when it is given back",
        {"webapp.store.leases.claim": w.claimed_only_when_given_back},
        chances={"kill": 0.03},
        test=J + "test_killed.py::test_a_worker_killed_at_any_step_loses_and_doubles_nothing",
    ),
    Mutant(
        "fencing",
        "a commit does not ask whether the lease is still ours",
        {"webapp.store.leases.hold": w.giving(None)},
        chances={"stall": 0.1},
    ),
    Mutant(
        "settings-fence",
        "a setting that changes does not end the lease",
        {"webapp.store.leases.fence": w.giving(None)},
        chances={},
        aim=replace(EDITS, tries=("turn_off", "turn_on"), busy=1, comes="an administrator"),
        test=J + "test_switches.py::test_a_step_that_read_the_settings_before_they_changed_is_repeated",
    ),
    Mutant(
        "attempts",
        "attempts are not counted before the work",
        {"webapp.store.due.due": w.not_counted},
        test=J + "test_suspects.py::test_a_card_that_kills_every_worker_is_set_aside_and_all_others_pass",
    ),
    # the base and the merge
    Mutant(
        "base",
        "nothing is known of what both agreed on",
        {"webapp.store.due.base_of": w.giving(None)},
        chances={},
        test=J + "test_send.py::test_edits_and_deletions_here_follow",
    ),
    Mutant(
        "one-face",
        "the base has one face, in our words",
        {"webapp.store.due.base_of": w.one_face},
        chances={},
        aim=replace(EDITS, fields=("project", "person", "time_type")),
        test=J + "test_send.py::test_edits_and_deletions_here_follow",
    ),
    Mutant(
        "sent-is-base",
        "what we sent is the base, whatever Procore made of it",
        {"webapp.sync.agreed.as_agreed": w.answer_is_what_we_sent},
        chances={"event_dropped": 0.3},
        test=J + "test_checks.py::test_a_rounding_that_was_agreed_on_is_equal",
    ),
    Mutant(
        "base-if-edited",
        "what was sent is forgotten when the timesheet is edited meanwhile",
        {"webapp.store.outcomes._Batch._keep_what_was_sent": w.base_not_moved_by_an_edit},
        chances={},
        aim=replace(HOURS, fields=("hours", "description")),
        test=J + "test_conflicts.py::test_an_edit_while_a_rule_is_carried_out_loses_no_loser",
    ),
    Mutant(
        "tombstone",
        "the base stays when the record is gone",
        {"webapp.store.writes.set_base": w.base_kept_when_gone},
        chances={},
        aim=replace(EDITS, acts={"undelete_there": 8, "delete_there": 5, "delete_here": 5}),
    ),
    Mutant(
        "clash",
        "what both sides changed is nobody's business",
        {"webapp.sync.decide._clashes": w.giving(())},
        chances={},
    ),
    Mutant(
        "delete-clash",
        "a deletion here wins over an edit there",
        {"webapp.sync.decide._deleted_here": w.deleted_whatever_was_changed},
        chances={},
        aim=DELETES,
        test=J + "test_send.py::test_an_edit_there_and_a_deletion_here_is_a_conflict",
    ),
    Mutant(
        "decision",
        "a person's word counts for values that the person never saw",
        {"webapp.sync.decide.Decision.counts": w.decided_for_ever},
        chances={},
        aim=replace(HOURS, tries=("resolve",), busy=0.2),
        test=J + "test_conflicts.py::test_an_edit_of_the_other_side_makes_a_deletion_asked_anew",
    ),
    Mutant(
        "place",
        "the cost code is merged apart from its project",
        {"webapp.sync.decide._with_place": w.merged_without_place},
        chances={},
        aim=replace(EDITS, fields=("project", "cost_code")),
        test="tests/unit/sync/test_decide.py::test_a_cost_code_shares_the_fate_of_its_project",
    ),
    Mutant(
        "echo",
        "whatever an event tells of is a change of Procore's, our own writes, too",
        {"webapp.sync.step.Step._decide": w.event_is_a_change},
        chances={},
    ),
    Mutant(
        "compare-and-set",
        "a timesheet is written whatever its version",
        {"webapp.store.our_side.OurSide.write": w.written_whatever_the_version},
        chances={},
        aim=EDITS,
    ),
    # Procore's side
    Mutant(
        "unseen",
        "what Procore does not show is taken for deleted",
        {"webapp.sync.read._seen": w.gone_when_unseen},
        chances={"empty_list": 0.3},
    ),
    Mutant(
        "scope",
        "nothing is out of scope",
        {"webapp.sync.scope.out_of_scope": w.giving(None)},
        chances={},
        test=J + "test_receive.py::test_cards_older_than_the_connection_are_never_copied",
    ),
    Mutant(
        "approved",
        "an approved card is written over",
        {"webapp.sync.changes._unapproved_only": w.giving(None)},
        chances={},
        habits={"approved_refuse_edits": False},
        aim=Aim(acts={"approve": 5, "unapprove": 0, "edit_here": 10}),
        test=J
        + "test_rules_of_order.py::test_a_card_that_is_approved_is_held_even_where_procore_would_take_the_change",
    ),
    Mutant(
        "audit",
        "what our writes overwrote unseen is not looked for",
        {"webapp.sync.audit.audit": w.unaudited},
        chances={"lost_answer@PATCH": 0.4},
        aim=HOURS,
        test=J + "test_overwritten.py::test_a_lost_answer_does_not_hide_what_was_overwritten",
    ),
    Mutant(
        "delete-audit",
        "a deletion does not look at what it deleted",
        {"webapp.sync.audit.changed_before": w.giving(None)},
        chances={},
        aim=DELETES,
        test=J + "test_overwritten.py::test_what_changed_before_our_deletion_is_kept",
    ),
    Mutant(
        "fresh-read",
        "a card that waited for its turn is written as it was read",
        {
            "webapp.sync.changes._Looks.has_moved": w.giving(False),
            "webapp.sync.changes._Looks.is_stale": w.giving(False),
        },
        chances={"event_dropped": 0.7},
        aim=HOURS,
        test=J + "test_overwritten.py::test_many_updates_are_read_again_before_they_grow_old",
    ),
    Mutant(
        "old-view",
        "a list that lags is believed",
        {"webapp.sync.waits.is_old_view": w.giving(False)},
        chances={},
        habits={"list_lag_seconds": 9.0},
        aim=EDITS,
        test=J + "test_lagging_lists.py::test_our_own_update_is_not_taken_back_by_a_lagging_list",
    ),
    Mutant(
        "silent-failure",
        "what failed is called in sync: silent dead letters",
        {"webapp.sync.batch.Batch.wait": w.failure_not_told},
        chances={"status_422@PATCH": 0.6},
        aim=replace(EDITS, acts={"edit_here": 10}),
    ),
    Mutant(
        "release",
        "a fixed cause releases nothing that it held",
        {"webapp.store.marks._release": w.giving(0)},
        chances={"status_422": 0.2},
        test=J
        + "test_every_hold_has_a_release.py::test_a_row_of_the_template_releases_every_spelling_of_a_time_type",
    ),
    Mutant(
        "overtaken",
        "what is fixed while it is decided is held",
        {"webapp.store.outcomes._Batch._is_overtaken": w.giving(False)},
        chances={},
        aim=replace(DELETING, guard=0, tries=("let_through",), busy=1, comes="an administrator"),
        test=J + "test_fixed_meanwhile.py::test_a_decision_about_the_guard_is_not_overtaken",
    ),
    Mutant(
        "guard",
        "the mass-change guard lets everything through",
        {"webapp.store.guard.ask": w.giving({})},
        chances={},
        aim=replace(DELETING, guard=1),
        test=J + "test_guard.py::test_more_deletions_than_usual_wait_for_an_administrator",
    ),
    # events and the sweep
    Mutant(
        "acknowledge",
        "an event is acknowledged whether it is stored or not",
        {"webapp.store.inbox.store_event": w.acknowledged_anyway},
        chances={"busy": 0.15, "commit_refused": 0.15},
        aim=Aim(acts={"edit_there": 12}, is_told=True),
        test=J + "test_webhooks.py::test_an_event_that_cannot_be_stored_is_asked_for_again",
    ),
    Mutant(
        "sweep",
        "there is no sweep",
        {"webapp.sync.sweep.sweep": w.not_swept},
        chances={"event_dropped": 0.7},
        test=J + "test_receive.py::test_lost_events_are_found_by_the_sweep",
    ),
    Mutant(
        "overlap",
        "ranges of the sweep do not overlap",
        {"webapp.sync.sweep.OVERLAP": w.fixed(timedelta())},
        chances={"event_dropped": 1.0},
        habits={"updated_at_cut_seconds": 60},
        aim=UNHEARD,
        test=J + "test_sweep.py::test_a_list_that_lags_hides_nothing_for_good",
    ),
    Mutant(
        "our-clock",
        "the cursors are moved by our own clock",
        {"webapp.store.sync_store.SyncStore.move_cursors": w.swept_by_our_clock},
        chances={"event_dropped": 1.0},
        aim=replace(UNHEARD, skew=3000),
        test=J + "test_sweep.py::test_our_own_clock_may_be_wrong",
    ),
    Mutant(
        "cursor-first",
        "the cursors are moved before what was found is stored",
        {"webapp.sync.sweep.sweep": w.swept_after_the_cursors},
        chances={"event_dropped": 1.0, "kill@< GET /rest": 0.1},
        aim=Aim(acts={"edit_there": 12}),
        test=J + "test_sweep.py::test_a_sweep_that_breaks_off_moves_no_cursor",
    ),
    # the line
    Mutant(
        "header",
        "calls do not name the company",
        {"webapp.procore.client.COMPANY_HEADER": w.fixed("X-Nothing")},
        chances={},
    ),
    Mutant(
        "pacing",
        "a used-up budget stops no call",
        {"webapp.procore.pacing.Pacer.before": w.never_limited},
        chances={},
        habits={"hourly_limit": 25},
        aim=EDITS,
    ),
    Mutant(
        "token-lock",
        "tokens are renewed without a lock",
        {"webapp.store.credentials.Credentials.lock": w.giving(True)},
        chances={"status_401": 0.15},
        aim=Aim(tries=("revoke_tokens",), busy=0.15),
        test="tests/unit/procore/test_stores.py::test_of_many_that_ask_at_once_one_gets_the_lock",
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
