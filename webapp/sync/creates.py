"""New time cards at Procore: an intent first, then one bulk create, then one read of what Procore made of them (D6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from webapp.domain.timecard import Card, changed_units
from webapp.errors import TryLater, UnreadableAnswer
from webapp.sync import holds, parking
from webapp.sync.agreed import finish_create
from webapp.sync.batch import Batch
from webapp.sync.dictionary import Untranslatable
from webapp.sync.ports import Created, Draft
from webapp.sync.read import BY_IDS_AT_ONCE, OVERLAP, Seen
from webapp.sync.records import Intent, Sent
from webapp.sync.splits import by_create, known_parts

SOON = timedelta(seconds=2)


def create_theirs(batch: Batch, creates: Sequence[Seen]) -> None:
    """Sends what can be sent; the rest waits with its reason."""
    sends = {
        s.record.link_id: (s, sent)
        for s in creates
        if (sent := _sent(batch, s)) is not None and not parking.waits(batch, s, sent.theirs.project)
    }
    if sends:
        batch.renew()
        intents = batch.store.intend(batch.lease, [sent for _, sent in sends.values()])
        drafts = [
            Draft(i.origin_id, i.sent, i.is_start_stop, is_replay=sends[link][0].record.intent is not None)
            for link, i in intents.items()
        ]
        try:
            created = {c.origin_id: c for c in batch.procore.create_many(drafts)}
        except TryLater as error:
            _not_created(batch, [seen for seen, _ in sends.values()], error)
        else:
            _finish(batch, [(seen, intents[link]) for link, (seen, _) in sends.items()], created)
    batch.commit()


def _sent(batch: Batch, seen: Seen) -> Sent | None:
    """What is to be created; a replay sends what was sent before, whatever has changed here since (D6)."""
    record = seen.record
    if record.intent is not None:
        intent, there = record.intent, batch.procore.server_time()
        return Sent(record.link_id, intent.ours, intent.sent, intent.is_start_stop, there)
    assert record.timesheet is not None
    ours = record.timesheet.timecard
    try:
        theirs = batch.words.to_theirs(ours)
        is_start_stop = theirs.project in batch.words.start_stop_projects
        if is_start_stop and (ours.start is None or ours.stop is None):
            raise Untranslatable(holds.needs_start_and_stop())
    except Untranslatable as wait:
        parking.wait_for_words(batch, seen, wait.reason)
        return None
    return Sent(record.link_id, ours, theirs, is_start_stop, batch.procore.server_time())


def _not_created(batch: Batch, sent: list[Seen], error: TryLater) -> None:
    """Either nothing was sent, then the intents end; or the answer was lost, then they are looked up (D6)."""
    if error.is_effect_unknown:
        _unanswered(batch, sent)
        return
    for seen in sent:
        batch.postpone(seen, error, ends_intent=seen.record.intent is None)


def _unanswered(batch: Batch, sent: Sequence[Seen]) -> None:
    """They may still take effect, from now on: those sent one by one were written down minutes ago."""
    if sent:
        batch.store.keep_unanswered(batch.lease, [seen.record.link_id for seen in sent])
    for seen in sent:
        batch.wait(seen, holds.answer_lost(), not_before=batch.clock.now() + SOON)


def _finish(batch: Batch, sent: list[tuple[Seen, Intent]], created: dict[int, Created]) -> None:
    ids = [c.procore_id for c in created.values() if c.procore_id is not None]
    cards = _read_back(batch, ids)
    parts = _parts(batch, sent, created, cards)
    unanswered: list[Seen] = []
    for seen, intent in sent:
        answer = created.get(intent.origin_id)
        if answer is not None and answer.refusal is not None and answer.refusal.key.startswith("permission:"):
            why = parking.park(batch, intent.sent.project, answer.refusal.text)
            is_first = seen.record.intent is None
            batch.wait(seen, answer.refusal, not_before=why.probe_at, ends_intent=is_first)
        elif answer is not None and answer.refusal is not None:
            was_refused = answer.refusal.key != holds.BUSY
            batch.wait(seen, answer.refusal, ends_intent=was_refused or seen.record.intent is None)
        elif answer is None or answer.procore_id is None:
            unanswered.append(seen)
        elif answer.lacking is not None:
            reason, raw = holds.unreadable(str(answer.lacking)), answer.lacking.raw
            batch.wait(seen, reason, procore_id=answer.procore_id, raw=raw)
        elif split_off := parts.get(answer.procore_id):
            batch.was_split(seen, answer.procore_id, split_off)
        elif (card := cards.get(answer.procore_id)) is None or answer.procore_id not in parts:
            soon = batch.clock.now() + SOON
            batch.wait(seen, holds.cannot_be_seen(), not_before=soon, procore_id=answer.procore_id)
        elif _is_edited(card, intent):
            batch.look_again(seen, procore_id=card.id)
        else:
            parking.answered_for(batch, intent.sent.project)
            finish_create(batch, seen, intent, card)
    _unanswered(batch, unanswered)


def _is_edited(card: Card, intent: Intent) -> bool:
    """Somebody was there before we read it back: it is compared with what we sent, as after a lost answer."""
    facts = card.facts
    return facts.updated_at != facts.created_at and bool(changed_units(intent.sent, card.timecard))


def _parts(
    batch: Batch, sent: list[tuple[Seen, Intent]], created: dict[int, Created], cards: dict[int, Card]
) -> dict[int, tuple[int, ...]]:
    """Card → what Procore split off it: as it answered, or as it can be found. Lacks what is not known yet."""
    told = {c.procore_id: c.parts for c in created.values() if c.procore_id is not None and c.parts}
    ids = {
        intent.origin_id: answer.procore_id for _, intent in sent if (answer := created.get(intent.origin_id))
    }
    pairs = [
        by_create(i.sent, cards[key])
        for _, i in sent
        if (key := ids.get(i.origin_id)) in cards and key not in told
    ]
    return told | known_parts(batch, pairs)


def _read_back(batch: Batch, ids: list[int]) -> dict[int, Card]:
    """One list call for up to 150, by the window of change times above that; nothing when Procore is busy now or
    answers with what cannot be read: the ids are known, so the cards are read in a later step."""
    found: dict[int, Card] = {}
    try:
        if len(ids) > BY_IDS_AT_ONCE:
            now = batch.procore.server_time()
            for page in batch.procore.updated_between(now - OVERLAP, now + OVERLAP):
                found |= {card.id: card for card in page}
        elif ids:
            found = batch.procore.by_ids(ids)
    except (TryLater, UnreadableAnswer):
        return found
    return found
