"""The world that a newcomer meets: Acme Builders with 6 projects and 40 people, and a stranger's company."""

from datetime import timedelta

from .records import (
    Company,
    CostCode,
    Crew,
    LineItemType,
    Location,
    Person,
    Project,
    SubJob,
    TimeType,
    User,
    WorkClassification,
)
from .seed_data import (
    COST_CODES,
    CREWS,
    FIRST_NAMES,
    LAST_NAMES,
    LINE_ITEM_TYPES,
    LOCATIONS,
    PROJECTS,
    SUB_JOBS,
    TIME_TYPES,
    WITHOUT_EMAIL,
    WORK_CLASSIFICATIONS,
)
from .state import State

FOREMAN_LEVELS = {"Directory": "Read Only"}


def seed(state: State) -> None:
    """Fill an empty world; the same clock gives the same world."""
    acme = _company(state, "Acme Builders")
    projects = [_project(state, acme, *row) for row in PROJECTS]
    _sub_jobs(state, projects[2])
    people = _people(state, acme, projects)
    _users(state, acme, projects, people)
    for project in projects:
        _crew(state, project, people)
    stranger = _company(state, "Stranger Construction")
    yard = _project(state, stranger, "Foreign Yard", "9001", "US/Central", "America/Chicago", False)
    person = _person(state, stranger, "Sam", "Stranger", "S-1", "sam@stranger.example", [yard.id])
    user = _user(state, stranger, "sam@stranger.example", "Sam Stranger", is_admin=True)
    _link(state, person, user)


def _company(state: State, name: str) -> Company:
    company = state.companies.put(Company(state.next_id(), name))
    for kind, short, base_type in LINE_ITEM_TYPES:
        row = state.line_item_types.put(LineItemType(state.next_id(), company.id, kind, short, base_type))
        if base_type == "labor":
            company.labor_line_item_type_id = row.id
    for kind, short, is_global in TIME_TYPES:
        state.time_types.put(TimeType(state.next_id(), company.id, kind, short, is_global))
    then = state.now() - timedelta(days=400)
    for kind, short in WORK_CLASSIFICATIONS:
        state.work_classifications.put(
            WorkClassification(state.next_id(), company.id, kind, short, then, then)
        )
    return company


def _project(
    state: State,
    company: Company,
    name: str,
    number: str,
    time_zone: str,
    tz_name: str,
    is_start_and_stop: bool,
) -> Project:
    then = state.now() - timedelta(days=300)
    project = state.projects.put(
        Project(
            state.next_id(),
            company.id,
            name,
            number,
            time_zone,
            tz_name,
            then,
            then,
            start_and_stop=is_start_and_stop,
        )
    )
    _codes(state, project, None)
    for place in LOCATIONS:
        state.locations.put(Location(state.next_id(), project.id, place, None, then, then))
    return project


def _codes(state: State, project: Project, sub_job: SubJob | None) -> None:
    then = state.now() - timedelta(days=300)
    kinds = [
        each.id
        for each in state.line_item_types
        if each.company_id == project.company_id and each.base_type in ("labor", "equipment")
    ]
    for division, code, name in COST_CODES:
        state.cost_codes.put(
            CostCode(
                state.next_id(),
                project.id,
                code,
                f"{division}-{code}",
                name,
                then,
                then,
                sub_job_id=sub_job.id if sub_job else None,
                line_item_type_ids=list(kinds),
            )
        )


def _sub_jobs(state: State, project: Project) -> None:
    then = state.now() - timedelta(days=200)
    for code, name in SUB_JOBS:
        _codes(
            state, project, state.sub_jobs.put(SubJob(state.next_id(), project.id, name, code, then, then))
        )


def _people(state: State, company: Company, projects: list[Project]) -> list[Person]:
    """40 of them: two of one name, five without e-mail, one inactive."""
    people = []
    for index in range(40):
        first, last = FIRST_NAMES[index], LAST_NAMES[index]
        email = None if index in WITHOUT_EMAIL else f"{first}.{last}{index + 1}@acme.example".lower()
        places = [project.id for offset, project in enumerate(projects) if (index + offset) % 3 != 2]
        person = _person(state, company, first, last, f"E-{1001 + index}", email, places)
        person.work_classification_id = next(
            each.id for each in state.work_classifications if each.company_id == company.id
        )
        person.is_active = index != 39
        people.append(person)
    return people


def _person(
    state: State,
    company: Company,
    first: str,
    last: str,
    employee_id: str,
    email: str | None,
    project_ids: list[int],
) -> Person:
    then = state.now() - timedelta(days=350)
    return state.people.put(
        Person(
            state.next_id(), company.id, first, last, employee_id, email, then, then, project_ids=project_ids
        )
    )


def _users(state: State, company: Company, projects: list[Project], people: list[Person]) -> None:
    """An administrator and two foremen without admin rights; each is a person of the directory, too."""
    admin = _user(state, company, "dana.ortiz@acme.example", "Dana Ortiz", is_admin=True)
    foreman = _user(
        state,
        company,
        "frank.weber@acme.example",
        "Frank Weber",
        project_ids=[projects[0].id, projects[1].id],
    )
    second = _user(state, company, "ines.kovac@acme.example", "Ines Kovac", project_ids=[projects[2].id])
    for person, user in zip(people, (admin, foreman, second), strict=False):
        person.first_name, _, person.last_name = user.name.partition(" ")
        person.email = user.login
        _link(state, person, user)
    people[1].job_title = people[2].job_title = "Foreman"


def _user(
    state: State,
    company: Company,
    login: str,
    name: str,
    *,
    is_admin: bool = False,
    project_ids: list[int] | None = None,
) -> User:
    then = state.now() - timedelta(days=350)
    return state.users.put(
        User(
            state.next_id(),
            login,
            name,
            company.id,
            then,
            then,
            is_admin=is_admin,
            project_ids=project_ids or [],
            levels={} if is_admin else dict(FOREMAN_LEVELS),
        )
    )


def _link(state: State, person: Person, user: User) -> None:
    person.user_id = user.id
    person.project_ids = sorted({*person.project_ids, *user.project_ids})
    state.people.put(person)


def _crew(state: State, project: Project, people: list[Person]) -> None:
    then = state.now() - timedelta(days=100)
    members = [each.id for each in people if project.id in each.project_ids][:5]
    for name in CREWS:
        state.crews.put(Crew(state.next_id(), project.id, name, then, then, members))
