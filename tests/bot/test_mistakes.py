"""
Mistakes people make in settings: each stops the start with one sentence in each language that names
the setting and the way out, and never shows the value.
"""

import datetime as dt
import json
import os
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.command.cli import main
from bot.command.exits import USAGE
from bot.settings import InvalidSettings, load

GUID = "11111111-2222-3333-4444-555555555555"
HUSH = "hush-hush"  # stands in values, and must stand in no sentence
SECRET = "0123456789abcdef0123456789abcdef"
SLACK = {"SLACK_BOT_TOKEN": f"xoxb-1-{HUSH}", "SLACK_SIGNING_SECRET": SECRET}
TEAMS = {"TEAMS_APP_ID": GUID, "TEAMS_APP_PASSWORD": f"~{HUSH}", "TEAMS_TENANT_ID": GUID}
MODEL = {"LLM": "openai:small", "LLM_API_KEY": f"sk-{HUSH}"}

# what was set, and the word of it that the sentence has to name
MISTAKES = [
    # switches and numbers
    ({"PUBLISH_BY_TWO": f"maybe {HUSH}"}, "PUBLISH_BY_TWO"),
    ({"TEAMS_LOCAL": "ja"}, "TEAMS_LOCAL"),
    ({"LLM_JUDGE": "2"}, "LLM_JUDGE"),
    ({"LLM_SECONDS": "17s"}, "LLM_SECONDS"),
    ({"LLM_CHARACTERS": "14,000"}, "LLM_CHARACTERS"),
    ({"SANDBOX": f"off-{HUSH}"}, "SANDBOX"),
    ({"THREAD_TALK": "all"}, "THREAD_TALK"),
    # Slack
    ({**SLACK, "SLACK_BOT_TOKEN": f"xapp-1-{HUSH}"}, "SLACK_BOT_TOKEN"),
    ({**SLACK, "SLACK_BOT_TOKEN": f"xoxb-{HUSH} {HUSH}"}, "SLACK_BOT_TOKEN"),
    ({**SLACK, "SLACK_BOT_TOKEN": "xoxb-…"}, "SLACK_BOT_TOKEN"),
    ({**SLACK, "SLACK_SIGNING_SECRET": f"xapp-1-A0-{HUSH}"}, "SLACK_SIGNING_SECRET"),
    ({**SLACK, "SLACK_SIGNING_SECRET": f"xoxb-1-A0-{HUSH}"}, "SLACK_SIGNING_SECRET"),
    ({**SLACK, "SLACK_SIGNING_SECRET": HUSH}, "SLACK_SIGNING_SECRET"),
    ({**SLACK, "SLACK_SIGNING_SECRET": f"{SECRET},{HUSH}"}, "SLACK_SIGNING_SECRET"),
    ({**SLACK, "SLACK_SIGNING_SECRET": f"{SECRET} {SECRET}"}, "SLACK_SIGNING_SECRET"),
    ({**SLACK, "SLACK_APP_TOKEN": f"xoxb-{HUSH}"}, "SLACK_APP_TOKEN"),
    ({**SLACK, "SLACK_API_BASE": f"slack.com/{HUSH}"}, "SLACK_API_BASE"),
    ({"SLACK_SIGNING_SECRET": SECRET}, "SLACK_BOT_TOKEN"),
    # Teams
    ({**TEAMS, "TEAMS_TENANT_ID": f"{HUSH}.onmicrosoft.com"}, "TEAMS_TENANT_ID"),
    ({**TEAMS, "TEAMS_APP_ID": f"llm-choose-{HUSH}"}, "TEAMS_APP_ID"),
    ({**TEAMS, "TEAMS_APP_PASSWORD": GUID}, "TEAMS_APP_PASSWORD"),
    ({**TEAMS, "TEAMS_MANAGED_IDENTITY": "1"}, "TEAMS_MANAGED_IDENTITY"),
    ({"TEAMS_APP_ID": GUID, "TEAMS_TENANT_ID": GUID}, "TEAMS_CERTIFICATE"),
    (
        {"TEAMS_APP_ID": GUID, "TEAMS_TENANT_ID": GUID, "TEAMS_CERTIFICATE": "/nope.pem"},
        "TEAMS_CERTIFICATE",
    ),
    # addresses
    ({"PUBLIC_URL": "https://"}, "PUBLIC_URL"),
    ({"PUBLIC_URL": f"bot.{HUSH}.example"}, "PUBLIC_URL"),
    ({"PUBLIC_URL": f"https://bot.example.com/{HUSH}"}, "PUBLIC_URL"),
    ({"PUBLIC_URL": f"https://u:{HUSH}@bot.example.com"}, "PUBLIC_URL"),
    ({"QDRANT_URL": f"qdrant:6333/{HUSH}"}, "QDRANT_URL"),
    ({"QDRANT_URL": f"http://{HUSH}:70000"}, "QDRANT_URL"),
    ({"QDRANT_API_KEY": f"{HUSH}\n{HUSH}"}, "QDRANT_API_KEY"),
    ({"REDIS_URL": f"redis://u:{HUSH}@redis:99999/0"}, "REDIS_URL"),
    ({"REDIS_URL": f"redis://redis:6379/{HUSH}"}, "REDIS_URL"),
    ({"REDIS_URL": f"{HUSH}:6379"}, "REDIS_URL"),
    ({"REDIS_URL": f"redis+cluster://u:{HUSH}@a:6379,b:6379/0"}, "REDIS_URL"),
    ({"ORIGINALS": f"foo://{HUSH}/originals"}, "ORIGINALS"),
    ({"ORIGINALS": "dropbox://originals"}, "ORIGINALS"),
    ({"HTTPS_PROXY": f"proxy.{HUSH}.example:8080"}, "HTTPS_PROXY"),
    ({"SSL_CERT_FILE": f"/nowhere/{HUSH}.pem"}, "SSL_CERT_FILE"),
    ({"TZ": f"Asia/{HUSH}"}, "TZ"),
    # models
    ({"LLM": f"gpt-{HUSH}"}, "LLM"),
    ({"LLM": f"grok:{HUSH}"}, "LLM"),
    ({"LLM": "openai:small"}, "LLM_API_KEY"),
    ({"LLM": "anthropic:claude"}, "ANTHROPIC_API_KEY"),
    ({**MODEL, "LLM_API_KEY": f"sk-{HUSH} # ours"}, "LLM_API_KEY"),
    ({**MODEL, "LLM_API_KEY": f"ｓk-{HUSH}"}, "LLM_API_KEY"),
    ({**MODEL, "LLM_BASE_URL": f"api.{HUSH}.example/v1"}, "LLM_BASE_URL"),
    ({"LLM_BASE_URL": f"https://{HUSH}.example/v1"}, "LLM"),
    ({"EMBEDDING": f"anthropic:{HUSH}"}, "EMBEDDING"),
    # people
    ({"ADMINS": f"@{HUSH}"}, "ADMINS"),
    ({"ADMINS": f"{HUSH}@example.com"}, "ADMINS"),
    ({"ADMINS": f"U1;{HUSH}"}, "ADMINS"),
    ({"ADMINS": f"U1 {HUSH}"}, "ADMINS"),
    ({"EXPERTS": f"<@{HUSH}>"}, "EXPERTS"),
    ({"EXPERTS": "slak:T1:U1"}, "EXPERTS"),
    ({"AUDIENCES": "hr=U1,hr=U2"}, "AUDIENCES"),
    ({"AUDIENCES": f"hr={HUSH}@example.com"}, "AUDIENCES"),
    ({"AUDIENCES": f"all={HUSH}"}, "AUDIENCES"),
    # names
    ({"LLM_CHOOSE_DATE": HUSH}, "LLM_CHOOSE_DATA"),
    ({"SLACK_SINGING_SECRET": HUSH}, "SLACK_SIGNING_SECRET"),
    ({"TEAMS_TENNANT_ID": HUSH}, "TEAMS_TENANT_ID"),
    ({"Publish_By_Two": "1"}, "PUBLISH_BY_TWO"),
    ({"PUBLISH_BY_TOW": "1"}, "PUBLISH_BY_TWO"),
    ({"PLATFORMS": f"no_{HUSH}.such"}, "PLATFORMS"),
    # passwords
    ({"WEB_PASSWORD": HUSH}, "WEB_PASSWORD"),
    ({"WEB_PASSWORD": HUSH * 2, "WEB_ADMIN_PASSWORD": HUSH * 2}, "WEB_ADMIN_PASSWORD"),
]


def told(environment):
    with pytest.raises(InvalidSettings) as refused:
        load(environment)
    return refused.value


@pytest.mark.parametrize(
    ("environment", "named"), MISTAKES, ids=[f"{n}-{name}" for n, (_, name) in enumerate(MISTAKES)]
)
def test_a_mistake_is_named_with_the_way_out_and_its_value_is_not_shown(environment, named):
    reason = told(environment).reason

    for sentence in (reason.ja, reason.en):
        assert named in sentence
        assert "\n" not in sentence
        assert len(sentence) > len(named) + 12
        if named != "PLATFORMS":
            assert HUSH not in sentence
    assert reason.ja.endswith("。")
    assert reason.en.endswith(".")


@pytest.mark.parametrize(
    "given", [{"TEAMS_LOCAL": "ja"}, {"LLM_CHOOSE_DATE": "x"}, {"TZ": "Asia/x"}]
)
def test_a_mistake_ends_the_command_with_the_code_for_wrong_use(given, monkeypatch, capsys):
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    assert main(["documents", "--json"]) == USAGE
    assert json.loads(capsys.readouterr().out)["error"]["en"]


FILES = {
    "LLM=openai:a\nLLM=openai:b\n": "LLM",
    "LLM_API_KEY=a\nTZ=Asia/Tokyo\nLLM_API_KEY=b\n": "LLM_API_KEY",
    f"SLACK BOT TOKEN=xoxb-{HUSH}\n": "1",
    f"TZ=UTC\nxoxb-{HUSH}\n": "2",
    f"REDIS_UR={HUSH}\n": "REDIS_URL",
    f"TEAMS_PASSWORD={HUSH}\n": "TEAMS_APP_PASSWORD",
    f"SLACK_BOT_TOKENS={HUSH}\n": "SLACK_BOT_TOKEN",
    f"HTTPS_PROXIES={HUSH}\n": "HTTPS_PROXIES",
}


@pytest.mark.parametrize("text", FILES)
def test_a_mistake_in_the_file_is_named_by_its_setting_or_its_line(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(text)
    reason = told({}).reason

    for sentence in (reason.ja, reason.en):
        assert FILES[text] in sentence
        assert ".env" in sentence
        assert HUSH not in sentence


OTHERS = {
    "FORWARDED_ALLOW_IPS": "172.18.0.1",
    "OPENAI_API_KEY": "sk-1",
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "b",
    "AWS_REGION": "ap-northeast-1",
    "AZURE_OPENAI_ENDPOINT": "https://x.example",
    "AZURE_STORAGE_ACCOUNT_NAME": "x",
    "GOOGLE_APPLICATION_CREDENTIALS": "/key.json",
    "HTTPS_PROXY": "http://proxy.example:8080",
    "no_proxy": "localhost",
    "TZ": "Asia/Tokyo",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
    "COMPOSE_PROJECT_NAME": "guidelines",
    "WIKI_TOKEN": "for a source of documents",
}


def test_the_file_may_hold_what_libraries_read_and_hands_it_to_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {"PATH": os.environ["PATH"], "AWS_REGION": "us-east-1"})
    rows = [f"{name}={value}" for name, value in OTHERS.items()]
    (tmp_path / ".env").write_text("\n".join([*rows, "LLM=openai:small"]))
    settings = load()

    assert settings.llm == "openai:small"
    for name, value in (OTHERS | {"AWS_REGION": "us-east-1"}).items():
        assert os.environ[name] == value
    assert "LLM" not in os.environ


@pytest.mark.parametrize(
    "name",
    [
        "LLM_CHOOSE_SERVICE_HOST",  # what Kubernetes tells every container of a service so named
        "LLM_CHOOSE_SERVICE_PORT_HTTP",
        "LLM_CHOOSE_PORT",
        "LLM_CHOOSE_PORT_8080_TCP_ADDR",
        "PLATFORM",
        "ADMIN",
        "SLACK_WEBHOOK_URL",
        "WEB_CONCURRENCY",
        "QDRANT_PORT_6333_TCP",
        "REDIS_PORT",
    ],
)
def test_a_name_that_is_somebody_elses_is_left_alone(name):
    load({name: "tcp://10.0.0.1:8080"})


def test_a_name_one_letter_away_is_left_alone_where_the_right_one_is_set():
    load({"REDIS_URI": "x", "REDIS_URL": "redis://redis:6379/0"})
    with pytest.raises(InvalidSettings, match="REDIS_URL"):
        load({"REDIS_URI": "x"})


def pem(path: Path, *, days: int) -> Path:
    """Write a certificate that ends in so many days, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bot")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=900))
        .not_valid_after(now + dt.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + plain)
    return path


def test_a_certificate_that_ended_is_named_and_one_that_holds_is_taken(tmp_path):
    section = {"TEAMS_APP_ID": GUID, "TEAMS_TENANT_ID": GUID}
    ended = told(section | {"TEAMS_CERTIFICATE": str(pem(tmp_path / "ended.pem", days=-1))})

    assert "TEAMS_CERTIFICATE" in ended.reason.ja
    assert "expired" in ended.reason.en
    holds = pem(tmp_path / "holds.pem", days=30)
    assert load(section | {"TEAMS_CERTIFICATE": str(holds)}).sections["teams"].certificate


def test_a_provider_whose_package_is_absent_is_named_with_what_installs_it(monkeypatch):
    from importlib import util

    find = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name: None if "mistral" in name else find(name))
    reason = told({"LLM": "mistral:large", "LLM_API_KEY": HUSH}).reason

    assert "llm-choose[mistral]" in reason.ja
    assert "llm-choose[mistral]" in reason.en
