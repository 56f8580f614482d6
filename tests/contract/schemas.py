"""Validates requests and answers against the published contract."""

from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from procore_sandbox import contract
from procore_sandbox.model import Response

ROOT = "urn:procore"
REGISTRY: Registry[Any] = Registry().with_resource(
    ROOT, Resource.from_contents(contract.document(), default_specification=DRAFT202012)
)


def pointer(*parts: str) -> dict[str, str]:
    """A reference into the document."""
    return {"$ref": ROOT + "#/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts)}


def mistakes(value: Any, reference: dict[str, str]) -> list[str]:
    validator = Draft202012Validator(reference, registry=REGISTRY, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]


def check_request(operation: contract.Operation, body: Any) -> None:
    if operation.body_schema is not None:
        where = ("paths", operation.template, operation.method.lower(), "requestBody")
        reference = pointer(*where, "content", "application/json", "schema")
        assert mistakes(body, reference) == []


def check_answer(operation: contract.Operation, answer: Response) -> None:
    """The status is documented for the operation and the body is of its schema."""
    spec = contract.document()["paths"][operation.template][operation.method.lower()]
    documented = spec["responses"].get(str(answer.status)) or spec["responses"].get("default")
    assert documented is not None, f"{operation.id} may not answer {answer.status}: {answer.body[:300]!r}"
    content = contract.resolve(documented).get("content", {})
    if "application/json" in content:
        check_body(answer.json(), content["application/json"]["schema"])
        check_headers(contract.resolve(documented).get("headers", {}), answer)
    else:
        assert answer.body == b""


def check_body(body: Any, schema: dict[str, Any]) -> None:
    validator = Draft202012Validator(absolute(schema), registry=REGISTRY, format_checker=FormatChecker())
    assert [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(body)] == []


def check_headers(documented: dict[str, Any], answer: Response) -> None:
    """Documented headers are there; Link only where there is another page, Retry-After only where one waits."""
    wanted = documented.keys() - {"Link", "Retry-After"}
    assert wanted <= answer.headers.keys(), wanted - answer.headers.keys()


def check_error(answer: Response) -> None:
    """Some documented form of an error."""
    assert mistakes(answer.json(), pointer("components", "schemas", "Error")) == []


def absolute(schema: Any) -> Any:
    """The schema with its references made absolute."""
    if isinstance(schema, dict):
        return {
            key: ROOT + value if key == "$ref" and isinstance(value, str) else absolute(value)
            for key, value in schema.items()
        }
    return [absolute(each) for each in schema] if isinstance(schema, list) else schema
