"""HTML of a message."""

import pytest

from segue.channels.html import insert_preheader, is_safe_url, read_html

PAGE = """<html><head><title>T</title><style>p { color: red }</style></head>
<body><h1>Hello&nbsp;Jane &amp; co</h1><p>One
two</p><ul><li>a</li><li>b</li></ul>
<p><a href="https://shop.example/x?a=1&amp;b=2">Go</a> <img src="https://x.example/i.png" alt="A hat"></p>
<table><tr><td>1</td></tr><tr><td>2</td></tr></table></body></html>"""


def test_text_alternative_keeps_words_links_lists_and_descriptions() -> None:
    text = read_html(PAGE).text
    assert text.startswith("Hello Jane & co\n\nOne two\n\n- a\n- b")
    assert "Go (https://shop.example/x?a=1&b=2) A hat" in text
    assert "color" not in text
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//x.example/a.js></SCRIPT>",
        "<svg/onload=alert(1)>",
        "<img src=x onerror=alert(1)>",
        "<iframe src=https://x.example></iframe>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="java&#10;script:alert(1)">x</a>',
        '<a href="&#1;javascript:alert(1)">x</a>',
        '<a href=" JaVaScRiPt:alert(1)">x</a>',
        '<a href="vbscript:x">x</a>',
        '<a href="data:text/html,<script>">x</a>',
        '<form action="javascript:x"></form>',
        '<base href="https://x.example/">',
        '<object data="x"></object>',
    ],
)
def test_what_could_run_is_dangerous(html: str) -> None:
    assert read_html(f"<p>a</p>{html}").danger


@pytest.mark.parametrize(
    "url", ["https://a.example", "/path:with", "#top", "mailto:a@b.example", "tel:+44", "cid:1", ""]
)
def test_ordinary_links_are_safe(url: str) -> None:
    assert is_safe_url(url)


def test_a_preheader_is_hidden_at_the_body_s_start_and_escaped() -> None:
    html = insert_preheader('<html><body class="a"><p>x</p></body></html>', "10 % <off>")
    assert html.startswith('<html><body class="a"><div style="display:none')
    assert "10 % &lt;off&gt;</div><p>x</p>" in html
