"""The declarative base, the column types that hold our exactness, and the mark of rows that belong to a company."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Integer, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

HOURS_SCALE = 1_000_000

BigId = BigInteger().with_variant(Integer, "sqlite")
"""64-bit key: SQLite counts up only what is declared INTEGER, which holds 64 bits there."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes in and out; stored without a zone, to the microsecond, the same on both databases."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone reached the database")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Hours(TypeDecorator[Decimal]):
    """Exact decimal hours as an integer count of millionths, so that sums in SQL are exact on SQLite, too (D81)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value * HOURS_SCALE)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)) / HOURS_SCALE


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, Decimal: Hours}


class CompanyOwned:
    """Mixin of every table whose rows belong to one company. store.session filters and checks them in one place."""

    @declared_attr
    def company_id(cls) -> Mapped[int]:
        return mapped_column(
            BigId, ForeignKey("companies.id", ondelete="CASCADE"), nullable=False, index=True
        )
