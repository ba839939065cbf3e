"""Settings and secrets."""

import pytest

from segue.channels.manifest import Manifest
from segue.channels.registry import channel_spec, load_manifest, manifests, settings_type
from segue.channels.settings import EnvironmentSecret, Revealed, parse_settings, reveal, variable_of
from segue.model.catalogue import ChannelSpec, Family
from segue.model.errors import ChannelError
from segue.model.time import DAY, SECOND

SMTP = {"host": "h", "sender": "a@b.example"}


@pytest.mark.parametrize("secret", ["${SMTP_PASSWORD}", EnvironmentSecret("SMTP_PASSWORD")])
def test_a_secret_is_read_from_the_environment_and_shows_nowhere(secret: str | EnvironmentSecret) -> None:
    revealed = reveal(secret, {"SMTP_PASSWORD": "hunter2"})
    assert revealed.value == "hunter2"
    assert variable_of(secret) == "SMTP_PASSWORD"
    assert "hunter2" not in f"{revealed} {revealed!r} {[revealed]}"


def test_a_missing_or_empty_secret_names_its_variable() -> None:
    for environment in ({}, {"SMTP_PASSWORD": ""}):
        with pytest.raises(ChannelError, match="SMTP_PASSWORD"):
            reveal("${SMTP_PASSWORD}", environment)


@pytest.mark.parametrize(
    "password", ["hunter2", "${}", "x${A}", {"env": "A B"}, {"env": "A", "b": 1}, {"value": "hunter2"}, 7]
)
def test_a_secret_written_out_is_refused_and_not_repeated(password: object) -> None:
    with pytest.raises(ChannelError) as caught:
        parse_settings("email", {**SMTP, "password": password}, settings_type("email_smtp"))
    assert "hunter2" not in str(caught.value)
    assert "$.password" in caught.value.reason


def test_the_core_learns_family_contact_trait_and_idempotency_without_any_secret() -> None:
    spec = channel_spec("mail", "email_smtp", {**SMTP, "password": "${NOT_SET}", "contact_trait": "work_email"})
    assert spec == ChannelSpec(
        name="mail",
        family="message",
        contact_trait="work_email",
        is_idempotent=False,
        latency=10 * SECOND,
        can=("image", "link", "long_text"),
    )
    assert channel_spec("web", "website", {}).family == "placement"
    assert channel_spec("hook", "webhook", {"url": "https://a.example", "secret": "${A}"}).is_idempotent


def test_the_workspace_says_what_a_channel_of_its_own_is_for_and_can_carry() -> None:
    text = {
        "can": ["link"],
        "latency": "3s",
        "roles": ["conversion", "retention"],
        "contact_trait": "phone",
        "hears_back": True,
    }
    assert channel_spec("sms", "outbox_folder", text) == ChannelSpec(
        name="sms",
        family="message",
        contact_trait="phone",
        is_idempotent=True,
        latency=3 * SECOND,
        can=("link",),
        roles=("conversion", "retention"),
        hears_back=True,
    )
    assert not channel_spec(
        "sms", "webhook", {"url": "https://a.example", "secret": "${A}", "hears_back": False}
    ).hears_back
    assert channel_spec("display", "display_audience", {}).latency == DAY


@pytest.mark.parametrize(
    ("family", "media", "longest", "can"),
    [
        ("message", ["text/plain"], 160, ("link",)),
        ("message", ["text/plain", "text/html"], 0, ("image", "link", "long_text")),
        ("message", ["image/png", "multipart/mixed"], 5_000, ("image", "link", "long_text", "attachment")),
        ("audience", [], 0, ("image", "link")),
    ],
)
def test_what_a_channel_can_carry_follows_from_its_media_and_length(
    family: Family, media: list[str], longest: int, can: tuple[str, ...]
) -> None:
    manifest = Manifest(
        type="x",
        family=family,
        summary="",
        latency="seconds",
        capabilities={"media": media, "max_length": longest},
    )

    assert manifest.can == can


def test_an_unknown_type_names_those_there_are() -> None:
    with pytest.raises(ChannelError) as caught:
        load_manifest("no_such_channel")
    assert all(manifest.type in caught.value.instruction for manifest in manifests())
    for name in ("../model", "", "registry"):
        with pytest.raises(ChannelError):
            channel_spec("x", name, {})


def test_revealed_values_are_not_settings() -> None:
    assert not hasattr(Revealed("x"), "__dict__")
