"""`.env.example` is the list of settings: complete, and with the defaults that the program has."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from dotenv import dotenv_values

from tests.fixtures.settings import TEST_ENVIRONMENT
from webapp.config import load

EXAMPLE = dotenv_values(Path(__file__).resolve().parents[2] / ".env.example")


class Asked(Mapping[str, str]):
    """An environment that remembers which names were asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values_by_name = values
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)


def test_it_lists_every_setting_that_is_read_and_no_other() -> None:
    """Whoever operates the app finds all settings in one file."""
    environment = Asked(TEST_ENVIRONMENT)
    load(environment)
    assert set(EXAMPLE) == environment.names


def test_its_values_are_the_defaults() -> None:
    """A copy of it, with the required ones filled in, changes nothing."""
    required = {
        name: TEST_ENVIRONMENT[name]
        for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "PROCORE_CLIENT_ID", "PROCORE_CLIENT_SECRET")
    }
    copied = {name: value or "" for name, value in EXAMPLE.items()}
    assert load(copied | required) == load(required)
