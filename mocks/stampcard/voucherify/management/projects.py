"""Projects by management keys: more of them beside the world's own, each with keys that work.

https://docs.voucherify.io/api-reference/management (projects)
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, values
from stampcard.voucherify.management import paths
from stampcard.voucherify.settings import Json, Key, Settings
from stampcard.voucherify.state import Project

CLUSTERS = {"eu": "eu1", "us1": "us1", "as1": "as1"}
SWITCHES = {
    "redeem": "client_redeem_enabled",
    "publish": "client_publish_enabled",
    "list_vouchers": "client_list_vouchers_enabled",
    "create_customer": "client_create_customer_enabled",
}
"""What browsers may do, and the member of a project that says so."""
PLAIN = ("name", "description", "dial_code")
"""Kept and answered as they were sent."""
COUNTED = ("messages", "api_calls", "bulk_api_calls", "webhook_calls", "cycle_calls")
"""What a project may be warned about; nobody is, here."""
OFF = ("client_loyalty_events_enabled", "client_set_voucher_expiration_date_enabled")
"""Switches of the client-side API that decide nothing here; they are answered as they were sent."""


async def create(call: Call[Project]) -> Reply:
    """A project of its own: its server and client keys are told now and never again."""
    paths.check_plan(call)
    parent, body = call.state, values.given(call.body)
    cluster = CLUSTERS[parent.settings.region]
    if body.get("cluster_id", cluster) != cluster:
        # Documented: the cluster must be one the account may use.
        raise errors.refusal(call, 403, "forbidden", "Forbidden", "Project is bound to different region")
    if "users" in body:
        call.diagnose("ignored-field", "stampcard has no users of projects", "/users")
    project = Project(parent.world, {}, settings_of(call, body))
    project.listeners, project.registry = parent.listeners, parent.registry
    parent.siblings[str(project.settings.id)] = project
    for kind in ("server", "client"):
        add_key(parent, project, kind)
    call.summary = f"project {body['name']} created"
    return Reply(200, view(project, body))


def settings_of(call: Call[Project], body: Json) -> Settings:
    parent = call.state
    number = len(parent.siblings) + 1
    settings = Settings(
        case_sensitive_codes=body.get("case_sensitive_codes", True),
        region=parent.settings.region,
        timezone=body.get("timezone", "UTC"),
        id=parent.random_id("proj_", 10),
        webhook_secret=parent.world.secrets.alnum(f"voucherify webhook secret {number}", 32),
    )
    check_timezone(call, settings.timezone)
    allowed = {"allowed_origins": body.get("client_trusted_domains", [])}
    settings.client_side = {**allowed, **{name: bool(body.get(member)) for name, member in SWITCHES.items()}}
    return settings


def check_timezone(call: Call[Project], name: str) -> None:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise errors.invalid_payload(call, "Property .timezone must be a valid time zone") from error


def add_key(parent: Project, project: Project, kind: str) -> None:
    """A pair of keys of the new project; calls with it see that project alone."""
    label = f"voucherify {project.settings.id} {kind}"
    secrets = parent.world.secrets
    key = Key(kind, secrets.uuid(f"{label} id"), secrets.uuid(f"{label} token"), kind)
    project.keys[kind] = key
    project.registry[key.id] = (parent.world, project, key)


def view(project: Project, body: Json) -> Json:
    settings, client = project.settings, project.settings.client_side
    found = {name: body[name] for name in PLAIN if name in body}
    return {
        **found,
        "id": settings.id,
        "timezone": settings.timezone,
        "currency": body.get("currency", "USD"),
        "cluster_id": CLUSTERS[settings.region],
        "api_version": "v2018-08-01",
        "webhook_version": "v2024-01-01",
        "case_sensitive_codes": settings.case_sensitive_codes,
        "client_trusted_domains": client["allowed_origins"],
        **{member: client[name] for name, member in SWITCHES.items()},
        **{name: bool(body.get(name)) for name in OFF},
        "is_sandbox": False,
        "webhook_token": settings.webhook_secret,
        **notifications(body),
        **{f"{kind}_side_key": {"app_id": key.id, "app_token": key.token} for kind, key in project.keys.items()},
    }


def notifications(body: Json) -> Json:
    """Whom the vendor would warn: as sent, else as its example of a fresh project has it, without addresses."""
    warning: Json = {"enabled": True, "value": 80, "in_app": True, "emails": []}
    usage = {**dict.fromkeys(COUNTED, warning), "redemptions": {**warning, "enabled": False, "in_app": False}}
    callout: Json = {"email": True, "in_app": True, "emails": []}
    return {
        "api_usage_notifications": {**usage, **known(body, "api_usage_notifications", COUNTED)},
        "webhooks_callout_notifications": {
            **dict.fromkeys(("distributions", "webhooks"), callout),
            **known(body, "webhooks_callout_notifications", ("distributions", "webhooks")),
        },
    }


def known(body: Json, name: str, members: tuple[str, ...]) -> Json:
    sent = body.get(name, {})
    return {member: sent[member] for member in members if member in sent}
