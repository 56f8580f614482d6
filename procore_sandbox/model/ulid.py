"""ULIDs from the injected clock and randomness."""

from datetime import datetime
from random import Random

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_ulid(at: datetime, rng: Random) -> str:
    """26 characters: 48 bits of milliseconds, 80 random bits."""
    number = (int(at.timestamp() * 1000) << 80) | rng.getrandbits(80)
    characters = []
    for _ in range(26):
        number, index = divmod(number, 32)
        characters.append(ALPHABET[index])
    return "".join(reversed(characters))
