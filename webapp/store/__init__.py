"""Adapter: SQLAlchemy models and all SQL."""
