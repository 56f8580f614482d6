"""The sign-in page: pick a person, allow or deny. Works without JavaScript."""

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from procore_sandbox.model import Refused

from .sandbox import sandbox

blueprint = Blueprint("authorize", __name__, template_folder="templates")


@blueprint.get("/oauth/authorize")
def show() -> str | tuple[str, int]:
    with sandbox().world() as world:
        try:
            world.authorization_request(request.args.to_dict())
        except Refused as refused:
            return render_template("authorize_error.html", error=refused.body), refused.status
        return render_template(
            "authorize.html",
            app=world.app,
            users=world.users(),
            companies={each.id: each for each in world.companies()},
            query=request.args.to_dict(),
        )


@blueprint.post("/oauth/authorize")
def decide() -> BaseResponse | tuple[str, int]:
    """Sends the browser back to the app, with a code or with error=access_denied."""
    with sandbox().world() as world:
        try:
            wanted = world.authorization_request(request.form.to_dict())
            if request.form.get("decision") == "allow":
                return redirect(world.allow(wanted, int(request.form.get("user_id", "0"))))
            return redirect(world.deny(wanted))
        except Refused as refused:
            return render_template("authorize_error.html", error=refused.body), refused.status
        except (LookupError, ValueError):
            return Response("Pick a person first.", 400, content_type="text/plain")
