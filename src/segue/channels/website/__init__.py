"""Content for a website's placements. Nothing is sent: the page asks `POST /v1/decide` and shows the answer."""
