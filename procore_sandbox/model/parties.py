"""Workers of cards: the id that a card names its worker by, which may be another than the directory's."""

from .records import Person
from .state import State

APART = 900_000_000
"""How far a worker's own id lies from the id among people, where the two differ."""


def party_id(state: State, person: Person) -> int:
    return person.id + APART if state.switches.party_ids == "own" else person.id


def person_id(state: State, written: int) -> int:
    """Who is meant by an id in a write or a filter: either one is taken."""
    if state.switches.party_ids == "own" and written not in state.people:
        return written - APART
    return written
