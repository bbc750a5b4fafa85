"""What Punchh answers when it refuses: every family of its API has envelopes of its own.

The texts are those of the published OpenAPI documents (api-evangelist/punchh) and of public clients; where Punchh
publishes none, the contract says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stampcard.core.errors import ApiError

SIGNATURE_TEXTS = {
    "newest": "Signature doesn't match. For information about generating the x-pch-digest header, "
    "see https://developers.punchh.com.",
    "previous": "Signature doesn't match. See https://developers.punchh.com/docs/dev-portal-mobile/"
    "17c2f8eb39142-generating-x-pch-digest-header-for-mobile-ap-is",
}
SIGN_IN_TEXT = "You need to sign in or sign up before continuing."
DISABLED_FEATURE = (
    "Your current loyalty program configuration does not support this feature. "
    "Please connect with your Customer Success representative for resolution of the issue."
)


def missing_text(name: str) -> str:
    return f"Required parameter missing or the value is empty: {name}"


def human(name: str) -> str:
    """`external_source_id` as people read it: `External source id`."""
    return name.replace("_", " ").capitalize()


def by_name(status: int, name: str, value: Any) -> ApiError:
    """`{"errors": {name: value}}`."""
    return ApiError(status, {"errors": {name: value}})


def one(status: int, text: str) -> ApiError:
    """`{"error": text}`."""
    return ApiError(status, {"error": text})


def bad_json() -> ApiError:
    """Published for the dashboard family; assumed for the others."""
    return ApiError(400, {"status": 400, "error": "data was not valid JSON"})


def too_large() -> ApiError:
    """Assumed, as no limit is published."""
    return ApiError(413, {"status": 413, "error": "Payload Too Large"})


def not_found_path() -> ApiError:
    """Assumed: the answer of the stack below for a path or method it does not route."""
    return ApiError(404, {"status": 404, "error": "Not Found"})


def disabled_feature() -> ApiError:
    return by_name(422, "disabled_feature", DISABLED_FEATURE)


def _texts(found: Sequence[tuple[str, str]], *, repeat_name: bool) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for name, message in found:
        text = f"{human(name)} {message}" if repeat_name and name != "base" else message
        texts.setdefault(name, []).append(text)
    return texts


class Words:
    """The refusals that every family has, in one family's words."""

    def missing(self, name: str) -> ApiError:
        """A required parameter is absent or empty."""
        return one(400, missing_text(name))

    def invalid(self, name: str, message: str) -> ApiError:
        """A rule of the records refused `name`; `message` without the name (`has already been taken`)."""
        return self.invalid_all([(name, message)])

    def invalid_all(self, found: Sequence[tuple[str, str]]) -> ApiError:
        """All that the rules of the records refused, as name and message."""
        return ApiError(422, {"errors": _texts(found, repeat_name=False)})

    def user_not_found(self) -> ApiError:
        return one(404, "User not found")


class Mobile(Words):
    def missing(self, name: str) -> ApiError:
        return by_name(400, "missing_required_param", [missing_text(name)])

    def invalid_all(self, found: Sequence[tuple[str, str]]) -> ApiError:
        return ApiError(422, {"errors": _texts(found, repeat_name=True)})


class NewerMobile(Mobile):
    """Operations that were added later publish another form for a missing parameter."""

    def missing(self, name: str) -> ApiError:
        return by_name(400, name, "Required parameter missing or the value is empty.")


class Sso(Words):
    def missing(self, name: str) -> ApiError:
        """Assumed: the newer mobile form, as no body is published."""
        return by_name(400, name, "Required parameter missing or the value is empty.")


class Dashboard(Words):
    def invalid_all(self, found: Sequence[tuple[str, str]]) -> ApiError:
        """Without a wrapper, as for segments and locations."""
        return ApiError(422, _texts(found, repeat_name=True))

    def user_not_found(self) -> ApiError:
        return by_name(404, "user_not_found", "User Not Found")


class Pos(Words):
    def invalid_all(self, found: Sequence[tuple[str, str]]) -> ApiError:
        return ApiError(422, [text for texts in _texts(found, repeat_name=True).values() for text in texts])


MOBILE, NEWER_MOBILE, SSO, DASHBOARD, POS = Mobile(), NewerMobile(), Sso(), Dashboard(), Pos()
_FAMILIES: tuple[tuple[str, Words], ...] = (
    ("/api2/mobile", MOBILE),
    ("/api/auth", SSO),
    ("/api2/dashboard", DASHBOARD),
    ("/api/pos", POS),
    ("/receipt_details", POS),
    ("/oauth", SSO),
)


def words_for(path: str) -> Words:
    """The family of a path; the dashboard's words for what belongs to none."""
    return next((words for prefix, words in _FAMILIES if path.startswith(prefix)), DASHBOARD)
