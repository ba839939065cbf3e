"""E-mails as bytes."""

from email import message_from_bytes
from email.headerregistry import Address
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.channels.mime import Mailbox, build_mail, parse_mailbox
from segue.channels.rendering import Rendered, one_line
from segue.model.commands import Deliver
from segue.model.ids import CustomerId, DecisionId, DeliveryId
from segue.model.time import Instant

SENDER = Mailbox('Zoë\'s "Shop"', "shop", "sender.example")
RECIPIENT = Mailbox("", "jane", "recipient.example")
URL = "https://segue.example/unsubscribe/" + "a" * 120


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@b.example", Mailbox("", "a", "b.example")),
        (" a@b.example ", Mailbox("", "a", "b.example")),
        ("A B <a@b.example>", Mailbox("A B", "a", "b.example")),
        ('"B, A" <a@b.example>', Mailbox("B, A", "a", "b.example")),
        ("a+tag.x@b-c.example", Mailbox("", "a+tag.x", "b-c.example")),
        ("zoë@bücher.example", Mailbox("", "zoë", "xn--bcher-kva.example")),
        ("shop@localhost", Mailbox("", "shop", "localhost")),
    ],
)
def test_a_mailbox_is_read(text: str, expected: Mailbox) -> None:
    assert parse_mailbox(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@", "@b", "a@b@c", "a b@c.example", "a@b.example,c@d.example", "a@b.example\n", "a@b.example\x00",
     "<a@b.example> <c@d.example>", "a@-b.example", "a@b..example", "a@b_.example\r\nX: 1", "A <a@b.example",
     "x" * 65 + "@b.example", "a@" + "b" * 64 + ".example", "a@[127.0.0.1]", "undisclosed:;"],
)  # fmt: skip
def test_what_is_not_exactly_one_mailbox_is_none(text: str) -> None:
    assert parse_mailbox(text) is None


def test_headers_arrive_as_they_were_meant_and_links_are_never_folded() -> None:
    content = _mail(Rendered(text="Hi\n", html="<p>Hi</p>", subject="Zoë, " + "é" * 200))
    assert f"List-Unsubscribe: <{URL}>, <mailto:leave@sender.example?subject=unsubscribe>\r\n".encode() in content
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in content
    mail = message_from_bytes(content, policy=default)
    assert mail["subject"] == "Zoë, " + "é" * 200
    assert mail["from"].addresses == (Address('Zoë\'s "Shop"', "shop", "sender.example"),)
    assert mail["date"] == "Sun, 13 Mar 2011 07:06:40 +0000"
    assert mail["feedback-id"] == "reorder:marketing:email:sender.example"
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_the_same_delivery_gives_the_same_bytes_and_another_gives_another_message_id() -> None:
    rendered = Rendered(text="Hi\n", html="<p>Hi</p>", subject="Hi")
    assert _mail(rendered) == _mail(rendered)
    first, second = (message_from_bytes(_mail(rendered, delivery_id))["message-id"] for delivery_id in ("1", "2"))
    assert first != second


@given(st.text(max_size=200), st.text(max_size=300))
def test_no_subject_and_no_body_breaks_out(subject: str, body: str) -> None:
    mail = message_from_bytes(_mail(Rendered(text=body, html=f"<p>{body}", subject=one_line(subject))), policy=default)
    assert list(mail.keys()) == [
        name for name in ("Message-ID", "Date", "From", "To", "Subject", "Feedback-ID", "List-Unsubscribe",
        "List-Unsubscribe-Post", "MIME-Version", "Content-Type") if name != "Subject" or one_line(subject)
    ]  # fmt: skip
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=300))
def test_every_line_of_text_survives(line: str) -> None:
    mail = message_from_bytes(_mail(Rendered(text=line, subject="s")), policy=default)
    assert mail.get_content().removesuffix("\n").rstrip("\r\n") == line.rstrip("\r\n")


def _mail(rendered: Rendered, delivery_id: str = "d1") -> bytes:
    command = Deliver(
        delivery_id=DeliveryId(delivery_id),
        decision_id=DecisionId("x"),
        customer_id=CustomerId("c1"),
        channel="email",
        action="reorder",
        template="t.html",
        address="",
        data={},
        decided_at=Instant(1_300_000_000_000_000),
        expires_at=Instant(2**60),
    )
    return build_mail(
        command,
        rendered,
        sender=SENDER,
        recipient=RECIPIENT,
        unsubscribe_url=URL,
        unsubscribe_address="leave@sender.example",
    )
