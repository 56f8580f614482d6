"""What the control API answers when it cannot do what it was asked: always JSON with a message."""

from flask import Blueprint, Response, jsonify

from procore_sandbox.model import Refused


def add_to(blueprint: Blueprint) -> None:
    """Procore's own refusal, something that is not there, something that cannot work."""
    blueprint.register_error_handler(Refused, _refused)
    blueprint.register_error_handler(LookupError, _not_there)
    blueprint.register_error_handler(ValueError, _cannot_work)
    blueprint.register_error_handler(TypeError, _cannot_work)


def _refused(error: Refused) -> tuple[Response, int]:
    return jsonify({"message": "Procore refuses", "errors": error.errors}), error.status


def _not_there(error: LookupError) -> tuple[Response, int]:
    return jsonify({"message": str(error)}), 404


def _cannot_work(error: Exception) -> tuple[Response, int]:
    return jsonify({"message": str(error)}), 422
