"""What befalls hooks and their queues at Procore without the app's doing, and events that tell of nothing."""

from collections.abc import Sequence

from .access import installation_of
from .deliveries import discard_queue
from .events import fire
from .hooks import remove_hook
from .records import Hook
from .state import State
from .timecards import RESOURCE


def hook_of(state: State, hook_id: int) -> Hook:
    """LookupError when there is none."""
    hook = state.hooks.get(hook_id)
    if hook is None:
        raise LookupError(f"there is no hook {hook_id}")
    return hook


def delete_hook(state: State, hook_id: int) -> None:
    """Somebody deletes it in Procore; what waited for it is gone."""
    remove_hook(state, hook_of(state, hook_id))


def delete_trigger(state: State, trigger_id: int) -> None:
    if trigger_id not in state.triggers:
        raise LookupError(f"there is no trigger {trigger_id}")
    state.triggers.drop(trigger_id)


def change_secret(state: State, hook_id: int, authorization: str | None) -> Hook:
    """What is sent as Authorization from now on is another than the app set."""
    hook = hook_of(state, hook_id)
    hook.authorization = authorization
    return state.hooks.put(hook)


def set_status(state: State, hook_id: int, status: str) -> Hook:
    """ "active" or "disabled": a disabled hook gets nothing, and what happens meanwhile is not kept for it."""
    if status not in ("active", "disabled"):
        raise ValueError("status is active or disabled")
    hook = hook_of(state, hook_id)
    hook.status = status
    return state.hooks.put(hook)


def discard(state: State, hook_id: int | None) -> int:
    """Flushes what waits at a hook, or at all; how many deliveries were discarded."""
    count = 0
    for hook in [each for each in state.hooks if hook_id in (None, each.id)]:
        count += len(state.queues.get(hook.id, {}))
        discard_queue(state, hook)
    return count


def send_event(
    state: State,
    company_id: int,
    project_id: int | None,
    resource_id: int,
    event_type: str,
    resource_name: str,
) -> None:
    """An event about any record, whether there is one of that id or not, by the company's service user."""
    installation = installation_of(state, company_id)
    fire(
        state,
        resource_name,
        resource_id,
        event_type,
        company_id=company_id,
        project_id=project_id,
        user_id=installation.service_user_id if installation else 0,
        client_id=None,
    )


def storm(state: State, timecard_ids: Sequence[int], count: int) -> None:
    """`count` update events, dealt round over these cards, of which none has changed."""
    cards = [card for key in timecard_ids if (card := state.timecards.get(key)) is not None]
    if not cards:
        raise LookupError("there are no such time cards")
    for number in range(count):
        card = cards[number % len(cards)]
        send_event(state, card.company_id, card.project_id, card.id, "update", RESOURCE)
