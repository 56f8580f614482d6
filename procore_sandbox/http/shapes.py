"""Records as the control API shows them: plain JSON, times in ISO 8601, decimals as text, no secrets."""

from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from procore_sandbox.model.deliveries import UNFINISHED
from procore_sandbox.model.hooks import masked, triggers_of
from procore_sandbox.model.records import Delivery, Hook
from procore_sandbox.model.world import World


def plain(value: Any) -> Any:
    """Anything of the model as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def hook_shape(world: World, hook: Hook) -> dict[str, Any]:
    """A hook with its triggers and how many deliveries wait for it."""
    shape: dict[str, Any] = plain(hook)
    shape["destination_headers"] = masked(hook.authorization)
    del shape["authorization"]
    shape["triggers"] = [
        f"{each.resource_name}: {each.event_type}" for each in triggers_of(world.state, hook)
    ]
    shape["waiting"] = len(world.state.queues.get(hook.id, {}))
    return shape


def delivery_shape(world: World, delivery: Delivery) -> dict[str, Any]:
    """A delivery with its event."""
    event = world.state.events.get(delivery.event_id)
    return {
        **plain(delivery),
        "is_waiting": delivery.status in UNFINISHED,
        "event": plain(event) if event else None,
    }
