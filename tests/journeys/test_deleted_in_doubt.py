"""A timesheet that is deleted here while the answer to its create is lost: D6 and D42 together."""

from __future__ import annotations

from tests.fixtures.site import Site
from webapp.services import sync
from webapp.store.marks import mark
from webapp.store.models import Link
from webapp.store.session import transaction

CREATE = "/rest/v1.0/companies/*/timesheets"
LIST = "/rest/v1.0/companies/*/timecard_entries"


def test_what_was_deleted_in_doubt_and_edited_there_stays_asked_about(sqlite_site: Site) -> None:
    """D6, D42: looked at again for whatever reason, it is the same question; nothing is brought back unasked."""
    site = sqlite_site
    site.connect(send=True)
    site.world.add_fault(effect="lose_answer", method="POST", path=CREATE, times=1)
    site.world.add_fault(effect="refuse", status=503, method="GET", path=LIST, times=3)
    number = site.write("7.5")
    sync.work(site.company_id, gather=False)
    [card] = site.cards()
    assert [link.procore_id for link in site.links()] == [None]
    site.edit(card.id, description="from the site")
    site.erase(number)
    site.settle(webhooks=False)
    assert [(link.state, link.reason_key) for link in site.links()] == [("conflict", "deleted_here")]
    with transaction(site.company_id) as session:
        for link in session.query(Link):
            mark(link, "told again", site.clock.now())
    site.settle(webhooks=False)
    assert [(link.state, link.reason_key) for link in site.links()] == [("conflict", "deleted_here")]
    assert site.timesheets() == []
