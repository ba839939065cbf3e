"""The capability matrix of all channels, as Markdown made from their manifests.

python -m segue.channels.matrix > docs/reference/channels.md
"""

import sys
from collections.abc import Iterator

from segue.channels.manifest import CAPABILITIES, Capability, Gap, Manifest, manifests

_HEAD = """# Channels and what they can do

Generated from the manifests (`python -m segue.channels.matrix`); do not edit. A gap says why: **notimpl** the provider
can, we do not; **notyet** it is planned; **never** the medium cannot.
"""


def capability_matrix() -> str:
    """Return the page: one table for each family that has channels, then every gap with its reason."""
    return "\n".join((_HEAD, *_tables(), "## Gaps", "", *_gaps())) + "\n"


def _tables() -> Iterator[str]:
    for family, questions in CAPABILITIES.items():
        members = [manifest for manifest in manifests() if manifest.family == family]
        if not members:
            continue
        yield f"## {family}\n"
        yield "| | " + " | ".join(f"`{manifest.type}`" for manifest in members) + " |"
        yield "|---" * (len(members) + 1) + "|"
        yield _row("summary", [manifest.summary for manifest in members])
        yield _row("latency", [manifest.latency for manifest in members])
        yield _row("can carry", [", ".join(manifest.can).replace("_", " ") for manifest in members])
        yield _row("contact trait", [manifest.contact_trait or "none" for manifest in members])
        for question in questions:
            yield _row(question, [_cell(manifest.capabilities[question]) for manifest in members])
        yield ""


def _gaps() -> Iterator[str]:
    for manifest in manifests():
        for name, gap in _gaps_of(manifest):
            yield f"- `{manifest.type}` {name}: **{gap.gap}**. {gap.reason}"


def _gaps_of(manifest: Manifest) -> list[tuple[str, Gap]]:
    return [(name, answer) for name, answer in manifest.capabilities.items() if isinstance(answer, Gap)]


def _row(title: str, cells: list[str]) -> str:
    return f"| {title} | " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _cell(answer: Capability) -> str:
    match answer:
        case Gap(gap=gap):
            return f"**{gap}**"
        case bool():
            return "yes" if answer else "no"
        case list():
            return "; ".join(answer)
        case int():
            return f"{answer:,}" if answer else "unlimited"
        case _:
            return str(answer)


if __name__ == "__main__":
    sys.stdout.write(capability_matrix())
