"""me and companies."""

from typing import Any

from procore_sandbox.model.access import acting_user, companies_of, company_of
from procore_sandbox.model.errors import bad_request, not_found
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.records import Company
from procore_sandbox.model.routing import Request, offers

from .users import user_body


@offers("GET", "/rest/v1.0/me")
def me(request: Request) -> Answer:
    if request.caller.is_service:
        if request.header_company_id is None:
            raise bad_request("company_id is missing")
        company_of(request.state, request.caller, request.header_company_id)
        user = acting_user(request.state, request.caller, request.header_company_id)
    elif request.caller.user is not None:
        if "company_id" in request.query:
            company_of(request.state, request.caller, request.company_id)
        user = request.caller.user
    else:
        raise not_found()
    return Answer(200, {"id": user.id, "login": user.login, "name": user.name})


@offers("GET", "/rest/v1.0/companies")
def list_companies(request: Request) -> Answer:
    rows = sorted(companies_of(request.state, request.caller), key=lambda each: each.id)
    return request.page(rows, _company_body)


@offers("GET", "/rest/v1.0/companies/{company_id}/me")
@offers("GET", "/rest/v1.1/companies/{company_id}/me")
@offers("GET", "/rest/v1.2/companies/{company_id}/me")
@offers("GET", "/rest/v1.3/companies/{company_id}/me")
def company_me(request: Request) -> Answer:
    company = company_of(request.state, request.caller, request.company_id)
    return Answer(200, user_body(request.state, acting_user(request.state, request.caller, company.id)))


def _company_body(company: Company) -> dict[str, Any]:
    return {
        "id": company.id,
        "name": company.name,
        "is_active": company.is_active,
        "logo_url": None,
        "pcn_business_experience": False,
        "my_company": True,
    }
