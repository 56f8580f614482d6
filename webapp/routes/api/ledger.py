"""/ledger: every record in one of five states, in records and hours."""

from __future__ import annotations

from pydantic import BaseModel

from webapp.routes.api import keys
from webapp.routes.api.door import Reply, operation
from webapp.services import ledger


class CountOut(BaseModel):
    records: int
    hours: str


class LedgerOut(BaseModel):
    """The five add up to the total."""

    in_sync: CountOut
    waiting: CountOut
    failed: CountOut
    conflict: CountOut
    excluded: CountOut
    total: CountOut


@operation("GET", "/ledger", "read", "Ledger", gives=LedgerOut)
def show() -> Reply:
    """Nothing is ever missing silently: the five counts add up to all."""
    return Reply(LedgerOut.model_validate(ledger.as_json(ledger.counts(keys.caller().company_id))))
