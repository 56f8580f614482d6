"""What people, administrators and Procore itself do in a world: the writing half that is not the API."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from . import apps, directory_acts, hook_acts, oauth, people_acts
from .looks import Looks
from .records import Hook, Installation, Timecard


class Acts(Looks):
    """Every act is kept at once. Rules refuse with errors.Refused."""

    # People at work in Procore's own screens. Rules refuse with errors.Refused (`.errors` by field).

    def enter_timecard(self, user_id: int, project_id: int, fields: dict[str, Any]) -> Timecard:
        """A person enters a card; fields as in the company API, billable unless said otherwise."""
        return self._saved(people_acts.enter(self.state, self.user(user_id), project_id, fields))

    def edit_timecard(self, user_id: int, timecard_id: int, fields: dict[str, Any]) -> Timecard:
        """A person edits a card; `project_id` among the fields moves it."""
        return self._saved(people_acts.edit(self.state, self.user(user_id), timecard_id, fields))

    def set_approval(self, user_id: int, timecard_ids: list[int], status: str) -> list[Timecard]:
        """An administrator moves cards to pending, reviewed, approved or completed."""
        user = self.user(user_id)
        fields = {"approval_status": status}
        return self._saved([people_acts.edit(self.state, user, key, fields) for key in timecard_ids])

    def delete_timecard(self, user_id: int, timecard_id: int) -> Timecard:
        return self._saved(people_acts.remove(self.state, self.user(user_id), timecard_id))

    def restore_timecard(self, user_id: int, timecard_id: int) -> Timecard:
        """A person brings a deleted card back."""
        return self._saved(people_acts.bring_back(self.state, self.user(user_id), timecard_id))

    def move_timecard(self, user_id: int, timecard_id: int, project_id: int) -> Timecard:
        """A person moves a card to another project, to the code of the same number there."""
        return self._saved(people_acts.move(self.state, self.user(user_id), timecard_id, project_id))

    def copy_timecard(self, user_id: int, timecard_id: int, **fields: Any) -> Timecard:
        """A person duplicates a card, its origin id included; `fields` differ."""
        return self._saved(people_acts.copy(self.state, self.user(user_id), timecard_id, fields))

    def sign_timecard(self, user_id: int, timecard_id: int, is_signed: bool = True) -> Timecard:
        """A card is signed, or its signature taken off."""
        return self._saved(people_acts.sign(self.state, self.user(user_id), timecard_id, is_signed))

    def enter_many(
        self,
        user_id: int,
        count: int,
        *,
        company_id: int | None = None,
        project_ids: list[int] | None = None,
        first_day: date | None = None,
        days: int = 5,
    ) -> list[Timecard]:
        """`count` plausible cards at once, spread over people, codes, days and the permitted projects."""
        user = self.user(user_id)
        return self._saved(
            people_acts.enter_many(
                self.state, user, count, company_id or user.company_id, project_ids, first_day, days
            )
        )

    def add_record(self, kind: str, parent_id: int, **values: Any) -> Any:
        """A new "project", "person", "time_type" (of a company), "cost_code" or "sub_job" (of a project)."""
        return self._saved(directory_acts.add(self.state, kind, parent_id, values))

    def change_record(self, kind: str, key: int, **values: Any) -> Any:
        """Rename, deactivate, move: the fields are those of directory_acts.EDITABLE."""
        return self._saved(directory_acts.change(self.state, kind, key, values))

    # App Management.

    def install(
        self, company_id: int, project_ids: list[int] | None = None, user_id: int | None = None
    ) -> Installation:
        """Install the app with these permitted projects (None: the default choice, all but the last)."""
        return self._saved(apps.install(self.state, company_id, project_ids, user_id))

    def update_app(self, company_id: int, version: str | None = None) -> Installation:
        """Update to a newer version: the permitted projects are lost, as Procore's guide says."""
        return self._saved(apps.update(self.state, company_id, version))

    def uninstall(self, company_id: int, user_id: int | None = None) -> Installation:
        return self._saved(apps.uninstall(self.state, company_id, user_id))

    def permit_projects(self, company_id: int, project_ids: list[int]) -> Installation:
        """The permitted projects are exactly these."""
        return self._saved(apps.permit_projects(self.state, company_id, project_ids))

    def withdraw_project(self, company_id: int, project_id: int) -> Installation:
        return self._saved(apps.withdraw_project(self.state, company_id, project_id))

    def give_back_project(self, company_id: int, project_id: int) -> Installation:
        return self._saved(apps.give_back_project(self.state, company_id, project_id))

    def withdraw_permission(self, company_id: int, tool: str) -> Installation:
        """Take a tool ("Timecard", "Directory", "Webhooks API", "Timesheets", …) from the service account."""
        return self._saved(apps.withdraw_permission(self.state, company_id, tool))

    def give_back_permission(self, company_id: int, tool: str) -> Installation:
        return self._saved(apps.give_back_permission(self.state, company_id, tool))

    def revoke_tokens(self, *, service: bool = True, people: bool = True, user_id: int | None = None) -> int:
        """Live tokens die; how many did."""
        return self._saved(
            oauth.revoke_by_sandbox(self.state, service=service, people=people, user_id=user_id)
        )

    # What befalls hooks and deliveries.

    def delete_hook(self, hook_id: int) -> None:
        hook_acts.delete_hook(self.state, hook_id)
        self.state.save()

    def delete_trigger(self, trigger_id: int) -> None:
        hook_acts.delete_trigger(self.state, trigger_id)
        self.state.save()

    def change_hook_secret(self, hook_id: int, authorization: str | None = "Bearer another") -> Hook:
        """Events come with this Authorization from now on."""
        return self._saved(hook_acts.change_secret(self.state, hook_id, authorization))

    def set_hook_status(self, hook_id: int, status: str) -> Hook:
        """ "active" or "disabled"."""
        return self._saved(hook_acts.set_status(self.state, hook_id, status))

    def discard_deliveries(self, hook_id: int | None = None) -> int:
        """What waits at a hook, or at all, is flushed, as after twelve hours of failing. How many."""
        return self._saved(hook_acts.discard(self.state, hook_id))

    def send_event(
        self,
        company_id: int,
        project_id: int | None,
        resource_id: int,
        event_type: str = "update",
        resource_name: str = "Timecard Entries",
    ) -> None:
        """An event about a record that need not exist, or is another company's."""
        hook_acts.send_event(self.state, company_id, project_id, resource_id, event_type, resource_name)
        self.state.save()

    def storm(self, timecard_ids: Sequence[int], count: int) -> None:
        """`count` update events on cards that have not changed."""
        hook_acts.storm(self.state, timecard_ids, count)
        self.state.save()

    def _saved(self, result: Any) -> Any:
        self.state.save()
        return result
