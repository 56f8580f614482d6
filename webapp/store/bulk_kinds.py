"""What was seen of Procore's bulk creates in each company, shared by all processes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from webapp.domain.bulk import BulkKinds
from webapp.store.models import Company
from webapp.store.session import system


def of(procore_company_id: int) -> BulkKinds:
    """Nothing is known of a company that is not here yet."""
    kinds = select(Company.bulk_keeps_fractions, Company.has_small_bulk)
    with system(is_readonly=True) as session:
        found = session.execute(kinds.where(Company.procore_company_id == procore_company_id)).first()
    return BulkKinds(*found) if found else BulkKinds()


class BulkKindStore:
    """What Procore's adapter asks for. Each method is one short transaction."""

    def read(self, procore_company_id: int) -> BulkKinds:
        return of(procore_company_id)

    def learn(self, procore_company_id: int, kinds: BulkKinds) -> None:
        seen: dict[str, Any] = {
            "bulk_keeps_fractions": kinds.keeps_fractions,
            "has_small_bulk": kinds.has_small,
        }
        change = update(Company).where(Company.procore_company_id == procore_company_id).values(**seen)
        with system() as session:
            session.execute(change.execution_options(synchronize_session=False))
