"""A project here has items for cost codes of its own project at Procore, and no others: D68."""

from __future__ import annotations

from tests.fixtures.site import Site
from webapp.store.models import Project, ProjectItem
from webapp.store.session import reading


def codes_out_of_place(site: Site) -> list[str]:
    """Items whose cost code belongs to another project at Procore than the one they are listed in."""
    places = {code.id: code.project_id for code in site.world.state.cost_codes}
    with reading(site.company_id) as session:
        rows = session.query(ProjectItem, Project).join(Project, Project.id == ProjectItem.project_id).all()
        return [
            f"{item.code} in {project.name}"
            for item, project in rows
            if item.procore_cost_code_id is not None
            and places[item.procore_cost_code_id] != project.procore_project_id
        ]


def test_a_move_here_beside_an_edit_there_lists_no_code_of_the_old_project_in_the_new_one(
    sqlite_site: Site,
) -> None:
    """D40, D68: such an item could be chosen, and Procore would refuse it."""
    site = sqlite_site
    site.connect(send=True)
    card = site.enter("1.0", project=2)
    site.enter("1.0", project=3, person=5)
    site.settle()
    own = next(link.timesheet_id for link in site.links() if link.procore_id == card.id)
    mine, other = sorted(site.timesheets(), key=lambda sheet: sheet.id != own)
    site.rewrite(mine.id, project_id=other.project_id, project_item_id=other.project_item_id)
    site.edit(card.id, description="from the site")
    site.settle()
    assert codes_out_of_place(site) == []
    assert {link.state for link in site.links()} == {"in_sync"}
    moved = next(c for c in site.cards() if c.id == card.id)
    assert (moved.project_id, moved.description) == (site.projects[3].id, "from the site")
