"""Every setting, read once from the environment (and .env) into one frozen object; what cannot work stops the start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from cryptography.fernet import Fernet
from dotenv import dotenv_values

from webapp.errors import Misconfigured

PRODUCTION_ORIGINS = ("https://app.procore.com", "https://us02.procore.com", "https://uk01.procore.com")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of .env.example, checked. Secrets stay out of repr()."""

    database_url: str
    redis_url: str | None
    secret_key: str = field(repr=False)
    encryption_keys: tuple[str, ...] = field(repr=False)
    app_base_url: str
    procore_client_id: str
    procore_client_secret: str = field(repr=False)
    procore_login_url: str
    procore_api_url: str
    procore_web_origins: tuple[str, ...]
    mail_url: str | None = field(repr=False)
    sweep_interval_seconds: int
    resend_wait_seconds: int
    keep_messages_days: int
    keep_raw_answers_days: int
    log_format: str

    @property
    def is_https(self) -> bool:
        return self.app_base_url.startswith("https://")

    @property
    def redirect_uri(self) -> str:
        return f"{self.app_base_url}/auth/callback"

    @property
    def webhook_url(self) -> str:
        return f"{self.app_base_url}/webhooks/procore"


def load(environ: Mapping[str, str] | None = None, instance: Path | None = None) -> Config:
    """The environment as Config. Raises Misconfigured with the variable's name and what is expected."""
    if environ is None:
        environ = {k: v for k, v in {**dotenv_values(".env"), **os.environ}.items() if v is not None}
    get = _Getter(environ)
    default_database = f"sqlite:///{(instance or Path('instance')).resolve() / 'timesite.db'}"
    return Config(
        database_url=get.database("DATABASE_URL", default_database),
        redis_url=get.url("REDIS_URL", None, schemes=("redis", "rediss", "unix")),
        secret_key=get.secret("SECRET_KEY", at_least=16),
        encryption_keys=get.fernet_keys("ENCRYPTION_KEYS"),
        app_base_url=get.web("APP_BASE_URL", "http://127.0.0.1:8000"),
        procore_client_id=get.required("PROCORE_CLIENT_ID"),
        procore_client_secret=get.required("PROCORE_CLIENT_SECRET"),
        procore_login_url=get.web("PROCORE_LOGIN_URL", "https://login.procore.com"),
        procore_api_url=get.web("PROCORE_API_URL", "https://api.procore.com"),
        procore_web_origins=get.origins("PROCORE_WEB_ORIGINS", PRODUCTION_ORIGINS),
        mail_url=get.url("MAIL_URL", None, schemes=("smtp", "smtps")),
        sweep_interval_seconds=get.number("SWEEP_INTERVAL_SECONDS", 300, low=5, high=86_400),
        resend_wait_seconds=get.number("RESEND_WAIT_SECONDS", 90, low=1, high=3_600),
        keep_messages_days=get.number("KEEP_MESSAGES_DAYS", 400, low=1, high=36_500),
        keep_raw_answers_days=get.number("KEEP_RAW_ANSWERS_DAYS", 30, low=1, high=36_500),
        log_format=get.choice("LOG_FORMAT", "", ("", "console", "json")),
    )


class _Getter:
    """Reads one variable each and says in one sentence what is wrong with it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def text(self, name: str) -> str:
        return self.environ.get(name, "").strip()

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise Misconfigured(name, "is required and missing")
        return value

    def secret(self, name: str, at_least: int) -> str:
        value = self.required(name)
        if len(value) < at_least:
            raise Misconfigured(name, f"is too short; at least {at_least} characters are expected")
        return value

    def fernet_keys(self, name: str) -> tuple[str, ...]:
        keys = tuple(key.strip() for key in self.required(name).split(",") if key.strip())
        try:
            for key in keys:
                Fernet(key)
        except ValueError as error:
            raise Misconfigured(
                name, "expects url-safe base64 of 32 bytes, comma-separated, newest first"
            ) from error
        return keys

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not value.isdigit() or not low <= int(value) <= high:
            raise Misconfigured(name, f"expects a whole number from {low} to {high}")
        return int(value)

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name) or default
        if value not in choices:
            raise Misconfigured(name, f"expects one of {', '.join(c for c in choices if c)}")
        return value

    def url(self, name: str, default: str | None, schemes: tuple[str, ...]) -> str | None:
        value = self.text(name) or default
        if value is None:
            return None
        parts = _split(name, value)
        if parts.scheme not in schemes or not (parts.hostname or parts.path):
            raise Misconfigured(
                name, f"expects an address that starts with {' or '.join(s + '://' for s in schemes)}"
            )
        return value

    def web(self, name: str, default: str) -> str:
        value = (self.text(name) or default).rstrip("/")
        parts = _split(name, value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise Misconfigured(name, "expects an address such as https://time.example.com")
        if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
            raise Misconfigured(name, "needs https outside localhost")
        return value

    def origins(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self.text(name)
        if not value:
            return default
        origins = tuple(part.strip() for part in value.replace(",", " ").split())
        for origin in origins:
            if origin != self._origin(name, origin):
                raise Misconfigured(name, f"expects origins such as https://app.procore.com, not {origin!r}")
        return origins

    def _origin(self, name: str, value: str) -> str:
        parts = _split(name, self.web_checked(name, value))
        return f"{parts.scheme}://{parts.netloc}"

    def web_checked(self, name: str, value: str) -> str:
        return _Getter({name: value}).web(name, value)

    def database(self, name: str, default: str) -> str:
        value = self.text(name) or default
        if value.startswith(("sqlite:///", "postgresql+psycopg://")):
            return value
        raise Misconfigured(name, "expects sqlite:///path or postgresql+psycopg://user:password@host/name")


def _split(name: str, value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  # a port that is no number raises here
    except ValueError as error:
        raise Misconfigured(name, f"is no address: {error}") from error
    return parts
