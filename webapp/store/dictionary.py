"""What both sides call the same thing: looked up for one step, and created here where the rules allow it (R11–R15)."""

from __future__ import annotations

from datetime import datetime

from webapp.store.mirror import Mirror
from webapp.store.session import StoreSession
from webapp.store.to_ours import ToOurs
from webapp.store.to_theirs import ToTheirs
from webapp.sync.ports import Dictionary, Settings, Unknown, Wanted


def build(
    session: StoreSession, wanted: Wanted, settings: Settings, now: datetime, *, is_final: bool
) -> tuple[Dictionary, Unknown]:
    """The dictionary of one step, or what the mirrored directory lacks for it. Once that was read (`is_final`), what is
    still lacking becomes a reason to wait; then `Unknown` names projects whose cost codes were never read, which
    only now is known."""
    mirror = Mirror(session, wanted)
    unknown = mirror.unknown()
    if unknown and not is_final:
        return Dictionary(), unknown
    receiving = ToOurs(session, settings, mirror, now)
    for card, names in wanted.take:
        receiving.take(card, names)
    for card, names in wanted.compare:
        receiving.compare(card, names)
    for project_id, card, names, may_create in wanted.kept:
        receiving.item_in(project_id, card, names, may_create=may_create)
    sending = ToTheirs(session, settings, now)
    for card in wanted.send:
        sending.add(card)
    if sending.unread and not is_final:
        return Dictionary(), Unknown(codes_of=frozenset(sending.unread))
    return (
        Dictionary(
            users=receiving.users,
            places=receiving.places,
            tasks=receiving.tasks,
            items=receiving.items,
            people=sending.people,
            their_places=sending.places,
            time_types=sending.time_types,
            cost_codes=sending.cost_codes,
            start_stop_projects=mirror.start_stop_projects(),
            zones=mirror.zones(),
        ),
        Unknown(codes_of=frozenset(sending.unread)),
    )
