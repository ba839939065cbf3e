"""Templates: files, front matter, parts."""

from pathlib import Path

import pytest

from segue.channels.liquid_strict import Refusal
from segue.channels.rendering import Rendered, Templates, one_line, read_source
from segue.model.commands import Deliver
from segue.model.ids import CustomerId, DecisionId, DeliveryId
from segue.model.time import Instant


def render(folder: Path, name: str, content: str, unsubscribe_url: str = "https://u.example/1") -> Rendered | Refusal:
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / name).write_text(content, encoding="utf-8")
    command = Deliver(
        delivery_id=DeliveryId("d1"),
        decision_id=DecisionId("x1"),
        customer_id=CustomerId("c1"),
        channel="email",
        action="reorder",
        template=name,
        address="",
        data={"customer": {"name": "Jane & Co", "city": None}, "event": {"cart": [{"sku": "A"}, {"sku": "B"}]}},
        decided_at=Instant(1_300_000_000_000_000),
        expires_at=Instant(2**60),
    )
    return Templates(folder).render(command, unsubscribe_url)


def test_a_text_template_has_no_html_and_is_not_escaped(tmp_path: Path) -> None:
    content = "---\nsubject: 'Hi {{ customer.name }}'\n---\nDear {{ customer.name }}, {{ event.cart | map: 'sku' }}"
    assert render(tmp_path, "sms.txt", content) == Rendered(text="Dear Jane & Co, AB\n", subject="Hi Jane & Co")


def test_a_template_without_front_matter_is_all_body(tmp_path: Path) -> None:
    assert render(tmp_path, "sms.txt", "{{ customer.name }}\n---\nnot front matter") == Rendered(
        text="Jane & Co\n---\nnot front matter\n"
    )


def test_every_part_of_the_front_matter_is_rendered(tmp_path: Path) -> None:
    content = (
        '---\nsubject: "{{ customer.name }}"\npreheader: "For {{ customer.name }}"\n'
        'from: "{{ customer.name }} <a@b.example>"\nreply_to: r@b.example\n'
        'text: "Own text {{ unsubscribe_url }}"\n---\n'
        "<p>{{ customer.name }} {{ preheader }}</p>"
    )
    rendered = render(tmp_path, "mail.html.liquid", content)
    assert isinstance(rendered, Rendered)
    assert (rendered.subject, rendered.sender, rendered.reply_to) == (
        "Jane & Co",
        "Jane & Co <a@b.example>",
        "r@b.example",
    )
    assert rendered.text == "Own text https://u.example/1\n"
    assert rendered.html.count("For Jane &amp; Co") == 2
    assert rendered.html.endswith("<p>Jane &amp; Co For Jane &amp; Co</p>")


def test_mjml_becomes_html_after_its_values_are_escaped(tmp_path: Path) -> None:
    text = "<mj-text>{{ customer.name }}</mj-text>"
    content = f"<mjml><mj-body><mj-section><mj-column>{text}</mj-column></mj-section></mj-body></mjml>"
    rendered = render(tmp_path, "mail.mjml", content)
    assert isinstance(rendered, Rendered)
    assert "<table" in rendered.html
    assert "Jane &amp; Co" in rendered.html
    assert rendered.text == "Jane & Co\n"


@pytest.mark.parametrize(
    "mjml", ["<mjml>", "plain", "<mjml><mj-body><mj-include path='/etc/passwd' /></mj-body></mjml>"]
)
def test_broken_mjml_and_includes_refuse(tmp_path: Path, mjml: str) -> None:
    rendered = render(tmp_path, "mail.mjml", mjml)
    assert isinstance(rendered, Refusal)
    assert rendered.detail.startswith("render_abort: MJML")


def test_partials_are_rendered_with_what_they_are_given_and_stay_inside(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "foot.html").write_text("<i>{{ who }}</i>")
    (tmp_path / "outside.html").write_text("secret")
    rendered = render(tmp_path, "mail.html", "{% render 'foot.html', who: customer.name %}")
    assert isinstance(rendered, Rendered)
    assert rendered.html == "<i>Jane &amp; Co</i>"
    assert isinstance(render(tmp_path, "mail.html", "{% render '../outside.html' %}"), Refusal)
    (tmp_path / "templates" / "link.html").symlink_to(tmp_path / "outside.html")
    assert isinstance(render(tmp_path, "mail.html", "{% render 'link.html' %}"), Refusal)


def test_now_is_the_moment_of_the_decision(tmp_path: Path) -> None:
    assert render(tmp_path, "a.txt", "{{ now | date: '%Y-%m-%d %H:%M' }} {{ delivery_id }}") == Rendered(
        text="2011-03-13 07:06 d1\n"
    )


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    assert render(tmp_path, "a.txt", "one") == Rendered(text="one\n")
    assert render(tmp_path, "a.txt", "two") == Rendered(text="two\n")


def test_a_way_out_that_is_not_there_is_a_missing_attribute(tmp_path: Path) -> None:
    rendered = render(tmp_path, "a.txt", "{{ unsubscribe_url }}", unsubscribe_url="")
    assert isinstance(rendered, Refusal)
    assert rendered.detail == "render_missing_attribute: unsubscribe_url"


@pytest.mark.parametrize(
    ("name", "content", "detail"),
    [
        ("good.html", "---\nsubject: '{{ customer.any }}'\n---\n{% render 'good.html' %}", None),
        ("body.html", "---\nsubject: a\n---\n{% if %}", "render_abort: template error: liquid syntax in line 1"),
        ("head.html", "---\nsubject: '{{ a | nope }}'\n---\n", "render_abort: template error: unknown filter 'nope'"),
        ("yaml.html", "---\nsubject: {{ a }}\n---\n", "render_abort: the head of template 'yaml.html' is not valid"),
    ],
)
def test_a_template_is_checked_without_any_customer(
    tmp_path: Path, name: str, content: str, detail: str | None
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / name).write_text(content)
    refusal = Templates(tmp_path).check(name)
    assert (refusal and refusal.detail[: len(detail or "")]) == detail
    absent = Templates(tmp_path).check("absent.html")
    assert absent is not None
    assert absent.cause == "there is no readable template 'absent.html'"


def test_wrong_front_matter_refuses_and_says_where() -> None:
    source = read_source("a.html", "---\nsubjct: x\n---\nbody")
    assert isinstance(source, Refusal)
    assert "subjct" in source.cause


def test_one_line_leaves_no_way_to_begin_another() -> None:
    assert one_line(" a\r\n\tb\x00\x0b\u2028c\x85d  e ") == "a b c d e"
