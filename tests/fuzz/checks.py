"""What holds for the answer to any document, whatever its values.

Loaded by schemathesis (SCHEMATHESIS_HOOKS), which makes documents from the server's introspection: valid ones, and ones
with values of wrong types.
"""

import schemathesis

# Values that the schema allows and the API does not (both `first` and `last`, a text that is no date, a cursor of nowhere)
# and requests that ask for too much are refused with one of these.
REFUSALS = {"BAD_USER_INPUT", "INVALID_CURSOR", "LIMIT_EXCEEDED"}


@schemathesis.check
def answers_or_refuses(ctx, response, case):
    """The answer has data, or says with a code of docs/errors.md what in the request is wrong; the server never fails."""
    assert response.status_code < 500, f"status {response.status_code}"
    body = response.json()
    errors = body.get("errors", [])
    # schemathesis does not know one-of objects: it takes them for objects with any of their fields.
    others = [error for error in errors if "wants exactly one field" not in error["message"]]
    codes = {error.get("extensions", {}).get("code") for error in others}
    allowed = REFUSALS if case.meta.generation.mode.is_positive else REFUSALS | {"GRAPHQL_VALIDATION_FAILED"}
    assert codes <= allowed, f"codes {sorted(map(str, codes))}: {others[0]['message']}"
    assert errors or body.get("data") is not None, "neither data nor errors"
