"""One call from start to end: faults, token, rate limit, company header, body, operation, log."""

import json
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from procore_sandbox import contract

from . import oauth, operations
from .access import Caller, company_of
from .answer_forms import reshaped
from .call_faults import CallFaults
from .checks import LONGEST_BODY, check_scope, checked_body, is_there
from .error_forms import HTML, error_body, oauth_error_body
from .errors import Refused, bad_request, not_found
from .fault_answers import HTML_PAGE, refusal_by
from .faults import faults_on_call
from .health import BY_STATUS, log_call
from .late import LateCall, put_off
from .messages import Answer, Response
from .query import QueryArgs
from .ratelimit import count_call, key_for
from .records import Call, Fault
from .routing import Request, Route, route_for
from .state import State

OAUTH_OPERATIONS = {
    ("POST", "/oauth/token"): "OauthTokenPost",
    ("POST", "/oauth/revoke"): "OauthRevokePost",
    ("GET", "/oauth/token/info"): "OauthTokenInfoGet",
}
MISSING_HEADER = (
    "Missing Procore-Company-Id header. Add the header with the id of the company that this request acts in."
)
assert operations.__all__  # importing the package registers every route


class Exchange:
    """Answers one call on the state. Pure: no socket, no thread, no sleep."""

    def __init__(
        self,
        state: State,
        method: str,
        path: str,
        pairs: list[tuple[str, str]],
        headers: dict[str, str],
        body: bytes,
    ) -> None:
        self.state, self.method, self.path, self.body = state, method, path, body
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.query = QueryArgs(pairs, state.switches)
        self.found = route_for(method, path)
        self.parsed: Any = None
        self.caller: Caller | None = None
        self.extra: dict[str, str] = {}
        self.drift = 0
        self.observation: str | None = None
        self.cause: str | None = None
        self.company_id = _number(self.headers.get("procore-company-id"))

    def run(self) -> Response:
        self.parsed = _json_or_none(self.body)
        operation = self._operation_id()
        faults = CallFaults(
            faults_on_call(
                self.state, operation, self.method, self.path, self._any_company(), self._any_project()
            )
        )
        if faults.losing is not None:
            return self._lost(operation, faults.losing, faults.delay)
        self.query, self.drift = faults.asked(self.query), faults.drift
        answer = faults.shortened(self._answer(faults.refusing))
        self._log(operation, answer.status, _message(answer.body))
        return faults.spoilt(self._respond(answer))

    def run_late(self) -> None:
        """The effect of a call that nobody waits for any more."""
        self.parsed = _json_or_none(self.body)
        self._answer(None)

    def _lost(self, operation: str | None, fault: Fault, delay: float) -> Response:
        """The connection breaks; with a late effect, the work is done when its time has come."""
        self.cause = f"fault: {fault.effect}"
        self._log(operation, None, None)
        if fault.effect == "late_effect":
            at = self.state.now() + timedelta(seconds=fault.seconds)
            put_off(
                self.state,
                LateCall(at, self.method, self.path, tuple(self.query.pairs), self.headers, self.body),
            )
        return Response(0, {}, b"", is_lost=True, delay=delay)

    def _answer(self, refusing: Fault | None) -> Answer:
        try:
            if refusing is not None:
                raise refusal_by(refusing)
            if self.path.startswith("/oauth/"):
                return self._oauth()
            return self._rest()
        except Refused as refused:
            self.cause = self.cause or refused.cause
            self.observation = self.observation or BY_STATUS.get(refused.status)
            return Answer(refused.status, self._error_body(refused), refused.headers)

    def _error_body(self, refused: Refused) -> Any:
        if self.path.startswith("/oauth/"):
            return oauth_error_body(self.state.switches, refused)
        return error_body(self.state.switches, self.path, refused)

    def _oauth(self) -> Answer:
        if (self.method, self.path) == ("GET", "/oauth/token/info"):
            return oauth.token_info(self.state, oauth.bearer(self.state, self.headers.get("authorization")))
        form = oauth.read_form(self.headers.get("content-type"), self.body)
        if (self.method, self.path) == ("POST", "/oauth/token"):
            return oauth.token(self.state, form)
        if (self.method, self.path) == ("POST", "/oauth/revoke"):
            return oauth.revoke(self.state, form)
        raise not_found()

    def _rest(self) -> Answer:
        token = oauth.bearer(self.state, self.headers.get("authorization"))
        self.caller = oauth.caller_of(self.state, token)
        key = key_for(self.state, token.client_id, self._any_company(), str(token.user_id or "service"))
        self.extra = count_call(self.state, key)
        if self.found is None:
            raise self._unknown_route()
        route, params = self.found
        if not is_there(self.state.switches, route):
            raise not_found(cause="switch: hook_api")
        if route.operation.is_deprecated:
            self.observation = "deprecated_endpoint"
        self._check_company(route, params)
        check_scope(self.state.switches, route, self.query, self.parsed)
        for name in route.operation.required_query:
            if name not in self.query:
                raise bad_request(f"param is missing: {name}")
        request = Request(
            self.state,
            self.caller,
            self.company_id,
            params,
            self.query,
            checked_body(
                self.state.switches, route, self.body, self.headers.get("content-type"), self.parsed
            ),
            self._address(),
            self.headers.get("idempotency-token"),
            self.drift,
        )
        return self._once(route, request)

    def _once(self, route: Route, request: Request) -> Answer:
        """Does the work, or repeats the first answer to this Idempotency-Token where that is switched on."""
        token = self.headers.get("idempotency-token")
        if not (token and self.method == "POST" and self.state.switches.idempotency_token_honoured):
            return route.handler(request)
        answers = self.state.idempotent_answers
        if token not in answers:
            answers[token] = route.handler(request)
        answer: Answer = answers[token]
        return answer

    def _check_company(self, route: Route, params: dict[str, str]) -> None:
        """The header is required (with exemptions for people), names a company that the caller sees, fits the path."""
        assert self.caller is not None
        is_needed = (
            route.operation.is_company_header_required
            or self.caller.is_service
            or any(name in self.query for name in ("company_id", "project_id"))
        )
        if self.company_id is None:
            if is_needed and self.state.switches.company_header_enforced:
                self.observation = "missing_company_header"
                status = self.state.switches.missing_header_status
                raise Refused(status, {"code": status, "message": MISSING_HEADER})
            return
        in_path = _number(params.get("company_id"))
        if route.operation.is_company_header_required or in_path is not None:
            company_of(self.state, self.caller, self.company_id)
        named = in_path or _number(self.query.text("company_id"))
        if named is not None and named != self.company_id:
            raise not_found()

    def _unknown_route(self) -> Refused:
        known = contract.find(self.method, self.path)
        if known is None:
            self.observation = "private_endpoint"
            return not_found()
        if known.is_deprecated:
            self.observation = "deprecated_endpoint"
            return not_found()
        message = "The stand-in does not offer this operation"
        return Refused(404, {"code": 404, "message": message}, cause="not offered")

    def _operation_id(self) -> str | None:
        if self.found is not None:
            return self.found[0].operation.id
        return OAUTH_OPERATIONS.get((self.method, self.path))

    def _any_company(self) -> int | None:
        """The company that the call is about, wherever it is named."""
        params = self.found[1] if self.found else {}
        body = self.parsed if isinstance(self.parsed, dict) else {}
        return (
            self.company_id
            or _number(params.get("company_id"))
            or _number(self.query.text("company_id"))
            or _number(body.get("company_id"))
        )

    def _any_project(self) -> int | None:
        params = self.found[1] if self.found else {}
        body = self.parsed if isinstance(self.parsed, dict) else {}
        return (
            _number(params.get("project_id"))
            or _number(self.query.text("project_id"))
            or _number(body.get("project_id"))
        )

    def _address(self) -> str:
        host = self.headers.get("host")
        return f"http://{host}{self.path}" if host else self.path

    def _respond(self, answer: Answer) -> Response:
        is_page = answer.body is HTML
        body = HTML_PAGE if is_page else b"" if answer.body is None else self._json(answer)
        headers = {
            "Content-Type": "text/html" if is_page else "application/json; charset=utf-8",
            "Date": format_datetime(self.state.now(), usegmt=True),
            "X-Request-Id": self.request_id,
            **self.extra,
            **answer.headers,
        }
        return Response(answer.status, headers, body)

    def _json(self, answer: Answer) -> bytes:
        is_rest = answer.status < 300 and self.path.startswith("/rest/")
        shown = reshaped(self.state.switches, answer.body) if is_rest else answer.body
        return json.dumps(shown, separators=(",", ":")).encode()

    def _log(self, operation: str | None, status: int | None, message: str | None) -> None:
        self.request_id = f"{self.state.rng.getrandbits(64):016x}"
        call = Call(
            self.state.next_id(),
            self.state.now(),
            self.method,
            self.path[:300],
            operation,
            status,
            self._any_company(),
            self.caller.label if self.caller else None,
            self.request_id,
            self.observation,
            self.cause,
            message,
        )
        template = self.found[0].operation.template if self.found else self.path[:300]
        log_call(self.state, call, template)


def _message(body: Any) -> str | None:
    """What the log shows of a refusal: Procore's own words, nothing else of the body."""
    if not isinstance(body, dict):
        return None
    text = body.get("message") or body.get("error") or body.get("errors")
    return None if text is None else str(text)[:300]


def _json_or_none(body: bytes) -> Any:
    try:
        return json.loads(body) if body and len(body) <= LONGEST_BODY else None
    except (ValueError, RecursionError):
        return None


def _number(value: Any) -> int | None:
    text = str(value) if value is not None and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else None
