"""What any small Flask app would do with a webhook: insert one row, enqueue one RQ job. The measure for our endpoint.

The same database settings, ORM, queue library and server settings as the app; `gunicorn benchmarks.baseline:app`.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

from flask import Flask, Response, request
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from webapp.store.session import prepare_engine


class Base(DeclarativeBase):
    """Its own, so that the table is not the app's."""


class Row(Base):
    __tablename__ = "baseline_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(64), unique=True)
    resource_id: Mapped[int]
    received_at: Mapped[datetime]


app = Flask(__name__)
engine = create_engine(os.environ["BASELINE_DATABASE_URL"])
prepare_engine(engine)
Base.metadata.create_all(engine)
engine.dispose()
queue = Queue(
    os.environ["BASELINE_QUEUE"],
    connection=Redis.from_url(os.environ["REDIS_URL"]),
    serializer=JSONSerializer,
)


@app.post("/webhooks/procore")
def receive() -> Response:
    data = request.get_json()
    with Session(engine, expire_on_commit=False) as session:
        row = Row(
            event_id=data["ulid"],
            resource_id=data["resource_id"],
            received_at=datetime.now(UTC).replace(tzinfo=None),
        )
        session.add(row)
        session.commit()
    queue.enqueue("benchmarks.baseline.work", row.id)
    return Response(status=204)


@app.get("/healthz")
def health() -> str:
    return "ok"


def work(row_id: int) -> None:
    """The job: as little as a job can do."""
