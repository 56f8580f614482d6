"""What the faults that strike one call do to it: to its query, its answer, and to what goes over the wire."""

from dataclasses import replace

from .fault_answers import HTML_PAGE
from .messages import Answer, Response
from .query import QueryArgs
from .records import Fault


class CallFaults:
    """The faults that strike a call, by their effect; the first of a kind counts."""

    def __init__(self, faults: list[Fault]) -> None:
        self.first = {fault.effect: fault for fault in reversed(faults)}
        self.delay = sum(fault.seconds for fault in faults if fault.effect == "delay")

    @property
    def refusing(self) -> Fault | None:
        return self.first.get("refuse")

    @property
    def losing(self) -> Fault | None:
        """The one that breaks the connection before any work is done."""
        return self.first.get("lose_request") or self.first.get("late_effect")

    @property
    def drift(self) -> int:
        """Rows by which pages after the first are off."""
        return self.first["drift_page"].rows if "drift_page" in self.first else 0

    def asked(self, query: QueryArgs) -> QueryArgs:
        """The query as it is answered: the page before once more, where that is the fault."""
        number = query.text("page") or "1"
        if "repeat_page" not in self.first or not number.isdigit() or int(number) < 2:
            return query
        pairs = [(name, value) for name, value in query.pairs if name != "page"]
        return QueryArgs([*pairs, ("page", str(int(number) - 1))], query.switches)

    def shortened(self, answer: Answer) -> Answer:
        if "short_page" not in self.first or not isinstance(answer.body, list):
            return answer
        return replace(answer, body=answer.body[: (len(answer.body) + 1) // 2])

    def spoilt(self, response: Response) -> Response:
        """What is sent in the end."""
        headers = response.headers
        if "html" in self.first:
            response = replace(response, body=HTML_PAGE, headers={**headers, "Content-Type": "text/html"})
        if "redirect" in self.first:
            response = replace(
                response, status=302, body=b"", headers={**headers, "Location": "/rest/v1.0/me"}
            )
        if "truncate" in self.first:
            response = replace(response, body=response.body[: max(1, len(response.body) // 2)])
        return replace(response, is_lost="lose_answer" in self.first, delay=self.delay)
