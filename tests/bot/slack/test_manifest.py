"""The manifest is one Slack takes, and asks for what the code uses: no more and no less."""

import re

import pytest
import yaml

from bot.command.cli import main
from bot.command.manifest import FILES
from bot.slack import parse
from bot.slack.doctor import SCOPES
from bot.slack.listeners import EVENTS


def text(limit, least=1):
    return {"type": "string", "minLength": least, "maxLength": limit}


def record(required=(), **properties):
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def rows(item, most):
    return {"type": "array", "items": item, "minItems": 1, "maxItems": most}


FLAG = {"type": "boolean"}
ADDRESS = {"type": "string", "pattern": "^https://[^ ]+$"}
# https://docs.slack.dev/reference/app-manifest, as far as used here
SCHEMA = record(
    ["display_information", "features", "oauth_config", "settings"],
    _metadata=record(major_version={"enum": [1, 2]}, minor_version={"type": "integer"}),
    display_information=record(
        ["name"],
        name=text(35),
        description=text(140),
        background_color={"type": "string", "pattern": "^#[0-9a-f]{6}$"},
    ),
    features=record(
        ["bot_user"],
        app_home=record(
            home_tab_enabled=FLAG, messages_tab_enabled=FLAG, messages_tab_read_only_enabled=FLAG
        ),
        bot_user=record(["display_name"], display_name=text(80), always_online=FLAG),
        agent_view=record(
            ["agent_description"],
            agent_description=text(300),
            suggested_prompts=rows(
                record(["title", "message"], title=text(75), message=text(300)), 4
            ),
        ),
        slash_commands=rows(
            record(
                ["command", "description"],
                command={"type": "string", "pattern": "^/[a-z0-9_-]{1,31}$"},
                url=ADDRESS,
                description=text(2000),
                usage_hint=text(1000),
                should_escape=FLAG,
            ),
            50,
        ),
        shortcuts=rows(
            record(
                ["name", "type", "callback_id", "description"],
                name=text(24),
                type={"enum": ["message", "global"]},
                callback_id=text(255),
                description=text(150),
            ),
            10,
        ),
    ),
    oauth_config=record(
        ["scopes"],
        redirect_urls=rows({"type": "string", "pattern": "^https://"}, 1000),
        scopes=record(
            ["bot"],
            bot={
                **rows({"type": "string", "pattern": "^[a-z_.]+(:[a-z_.]+)?$"}, 255),
                "uniqueItems": True,
            },
        ),
    ),
    settings=record(
        ["event_subscriptions", "interactivity"],
        event_subscriptions=record(
            request_url=ADDRESS, bot_events=rows({"type": "string", "pattern": "^[a-z_.]+$"}, 100)
        ),
        interactivity=record(["is_enabled"], is_enabled=FLAG, request_url=ADDRESS),
        org_deploy_enabled=FLAG,
        socket_mode_enabled=FLAG,
        token_rotation_enabled=FLAG,
    ),
)
NEEDED = {  # what each method needs, https://docs.slack.dev/reference/methods
    "auth.test": set(),
    "chat.postMessage": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.delete": {"chat:write"},
    "chat.startStream": {"chat:write"},
    "chat.appendStream": {"chat:write"},
    "chat.stopStream": {"chat:write"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "conversations.history": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "files.info": {"files:read"},
    "files.upload_v2": {"files:write"},
    "users.info": {"users:read"},
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    "assistant.threads.setStatus": {"assistant:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "agents.sessions.setStatus": {"chat:write"},
    "apps.connections.open": set(),
    **{name: set() for name in ("views.open", "views.push", "views.update", "views.publish")},
}
HEARD = {
    "app_mentions:read",
    "commands",
    "im:history",
    "channels:history",
    "groups:history",
    "mpim:history",
    "reactions:read",
    "files:read",
}


@pytest.fixture(scope="module")
def source(request):
    return (request.config.rootpath / "deploy" / FILES["slack"]).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def manifest(source):
    return yaml.safe_load(source)


def test_slack_takes_it(manifest):
    import jsonschema  # seconds to import

    faults = jsonschema.validators.validator_for(SCHEMA)(SCHEMA).iter_errors(manifest)

    assert [(list(fault.path), fault.message) for fault in faults] == []


def test_it_asks_for_the_scopes_the_code_uses_and_gives_a_reason_for_each(
    manifest, source, request
):
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (request.config.rootpath / "bot" / "slack").glob("*.py")
    )
    called = {
        name
        for name in re.findall(r'"([a-z]+(?:\.[a-zA-Z_0-9]+)+)"', code)
        if name.partition(".")[0] in {n.partition(".")[0] for n in NEEDED}
        and not name.endswith(".com")
    }
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])

    assert called == set(NEEDED)
    assert scopes == HEARD.union(*NEEDED.values()) == SCOPES
    assert all(re.search(rf"- {scope} # \S", source) for scope in scopes)


def test_what_it_subscribes_to_is_listened_to(manifest):
    subscribed = {
        event.partition(".")[0]
        for event in manifest["settings"]["event_subscriptions"]["bot_events"]
    }
    shortcuts = {row["callback_id"] for row in manifest["features"]["shortcuts"]}

    assert subscribed == set(EVENTS)
    assert shortcuts == {parse.ADD, parse.CHOOSE}


def test_every_address_is_the_one_we_serve(manifest):
    addresses = {
        manifest["settings"]["event_subscriptions"]["request_url"],
        manifest["settings"]["interactivity"]["request_url"],
        *(row["url"] for row in manifest["features"]["slash_commands"]),
    }

    assert addresses == {"https://bot.example.com/slack/events"}


def test_for_socket_mode_it_names_no_address_and_is_one_slack_takes(capsys):
    import jsonschema  # seconds to import

    assert main(["manifest", "slack", "--socket"]) == 0
    printed = capsys.readouterr()
    manifest = yaml.safe_load(printed.out)

    assert "https://" not in printed.out
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert printed.err == ""
    faults = jsonschema.validators.validator_for(SCHEMA)(SCHEMA).iter_errors(manifest)
    missing = [fault.message for fault in faults]
    assert missing in ([], ["'request_url' is a required property"])
