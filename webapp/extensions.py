"""The Flask extensions, made once and bound to the app in create_app()."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from webapp.store.base import Base

db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address, swallow_errors=True, in_memory_fallback_enabled=True)
"""By address. Counts in Redis, so that all web processes count together; without it, each counts alone."""
