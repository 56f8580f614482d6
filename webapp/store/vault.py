"""Secrets at rest: a column type that encrypts with MultiFernet. The newest key writes, every key reads."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app
from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from webapp.errors import Misconfigured


def vault_for(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class EncryptedText(TypeDecorator[str]):
    """Text that only the app's keys can read. The keys come from the app that is being served."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _vault().encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            return _vault().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise Misconfigured("ENCRYPTION_KEYS", "holds no key that reads what is stored") from error


def _vault() -> MultiFernet:
    vault: MultiFernet = current_app.extensions["vault"]
    return vault
