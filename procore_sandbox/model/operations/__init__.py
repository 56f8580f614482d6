"""The operations, a file per resource. Importing this package registers them all."""

from . import (
    cards_bulk,
    cards_company,
    cards_legacy,
    cards_project,
    codes,
    companies,
    configuration,
    installations,
    people,
    permissions,
    places,
    projects,
    timesheets,
    users,
    webhooks,
    webhooks_v2,
)

__all__ = [
    "cards_bulk",
    "cards_company",
    "cards_legacy",
    "cards_project",
    "codes",
    "companies",
    "configuration",
    "installations",
    "people",
    "permissions",
    "places",
    "projects",
    "timesheets",
    "users",
    "webhooks",
    "webhooks_v2",
]
