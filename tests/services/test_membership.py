"""Members and companies come into being once, however many ask at the same moment (R2), on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import func, select

from tests.fixtures.app import MakeApp
from webapp.store import connections, members
from webapp.store.members import Standing
from webapp.store.models import Company, Member, ProcorePerson, User
from webapp.store.session import StoreSession, system, transaction

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def standing(**changes: object) -> Standing:
    return Standing(
        **{
            "procore_user_id": 900,
            "login": "ana@example.com",
            "name": "Ana Ruiz",
            "employee_number": "E-7",
            "person_id": None,
            "is_admin": False,
            "procore_project_ids": frozenset({2, 1}),
        }
        | changes  # type: ignore[arg-type]
    )


def count(session: StoreSession, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_many_first_requests_at_once_make_one_company_and_one_member(
    make_app: MakeApp, database_url: str
) -> None:
    """R2."""
    app = make_app(DATABASE_URL=database_url)

    def look(_: int) -> None:
        with app.app_context(), system() as session:
            company = connections.known(session, 77, "Acme", NOW)
            members.keep(session, company, standing(), NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(look, range(16)))
    with app.app_context(), system(is_readonly=True) as session:
        assert (count(session, Company), count(session, Member)) == (1, 1)
        assert session.scalars(select(Member.procore_project_ids)).one() == [1, 2]


def own_user(app: Flask, *rows: object, **changes: object) -> int | None:
    """Which of our users the person is, where these rows are there."""
    with app.app_context():
        with system() as session:
            company = connections.known(session, 77, "Acme", NOW)
        with transaction(company.id) as session:
            session.add_all(rows)
            session.flush()
            return members.keep(session, company, standing(**changes), NOW).user_id


def test_a_person_is_found_by_the_procore_person_before_the_e_mail(app: Flask) -> None:
    """R13, D60."""
    by_person = User(name="A", procore_person_id=5, created_at=NOW)
    by_email = User(name="B", email="ANA@example.com", created_at=NOW)
    found = own_user(app, by_person, by_email, person_id=5)
    assert found == by_person.id


def test_a_person_is_found_by_e_mail_whatever_its_case_then_by_employee_number(app: Flask) -> None:
    """R13, D60."""
    by_email = User(name="B", email="ANA@example.com", created_at=NOW)
    by_number = User(name="C", employee_number="E-7", created_at=NOW)
    assert own_user(app, by_email, by_number) == by_email.id
    assert own_user(app, login="nobody@example.com") == by_number.id


def test_a_name_alone_is_nobody_and_two_of_one_e_mail_are_nobody(app: Flask) -> None:
    """D60, D61."""
    same_name = User(name="Ana Ruiz", created_at=NOW)
    twins = [User(name=name, email="ana@example.com", created_at=NOW) for name in "XY"]
    assert own_user(app, same_name, *twins, employee_number=None) is None


def test_a_person_of_the_directory_gets_a_user_at_the_first_sign_in_and_only_one(app: Flask) -> None:
    """R2, R13."""
    person = ProcorePerson(procore_id=5, name="Ana Ruiz", email="ana@example.com", procore_user_id=900)
    made = own_user(app, person)
    assert made is not None
    assert own_user(app) == made
    with app.app_context(), system(is_readonly=True) as session:
        (user,) = session.scalars(select(User))
    assert (user.name, user.procore_person_id) == ("Ana Ruiz", 5)


def test_somebody_whom_the_directory_does_not_know_gets_no_user(app: Flask) -> None:
    """R13."""
    assert own_user(app) is None
