"""The engine: what to do about a record, decided without Flask, SQLAlchemy, requests or RQ."""
