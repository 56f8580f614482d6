"""What every template may ask: who looks, what the banner says, where an asset is."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, url_for

from webapp.errors import StoreUnavailable
from webapp.routes import sessions
from webapp.routes.access import viewer_or_none
from webapp.services import membership, overview


def register(app: Flask) -> None:
    @app.context_processor
    def words_of_the_frame() -> dict[str, Any]:
        return {
            "viewer": viewer_or_none(),
            "banner": banner,
            "other_companies": other_companies,
            "asset": asset,
            "procore_origins": lambda: app.extensions["config"].procore_web_origins,
        }


def banner() -> overview.Banner | None:
    """What everybody should know now; usually nothing."""
    found = viewer_or_none()
    with suppress(StoreUnavailable):  # then the page itself is about that
        return overview.banner(found.company_id) if found else None
    return None


def other_companies() -> list[membership.OtherCompany]:
    found = viewer_or_none()
    with suppress(StoreUnavailable):
        return membership.others(sessions.companies(), found.procore_company_id) if found else []
    return []


def asset(name: str) -> str:
    """Its address with a mark of its content, so that it may be kept for a year and is never old."""
    return url_for("static", filename=name, v=_mark(str(Path(current_app.static_folder or ".") / name)))


@lru_cache(maxsize=64)
def _mark(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]
