"""Pages: the few things people see. Plain HTML without scripts, images or fonts from elsewhere."""

from collections.abc import Mapping
from html import escape

from starlette.responses import HTMLResponse

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem}"
    "button{font:inherit;padding:.5rem 1.5rem}td{padding:.1rem 1.5rem .1rem 0}"
)


def page(title: str, body: str, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """Return a page. ``title`` is text; ``body`` is HTML whose parts the caller has escaped."""
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    safe = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
    return HTMLResponse(html, headers=safe | dict(headers or {}))
