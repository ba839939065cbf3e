"""Sources: mappings that can work, of events that exist."""

from collections.abc import Iterator

import msgspec

from segue.sources.files.mapping import SourceMapping, problems
from segue.workspace.checks.names import check_event
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding


def check_sources(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong in ``sources/``, beyond the schema."""
    for name in draft.names("source"):
        try:
            mapping = msgspec.convert(draft.documents["source", name].value, SourceMapping)
        except msgspec.ValidationError:
            continue  # the schema check said so
        for problem in problems(mapping):
            yield Finding("SG901", draft.at("source", name), problem, "Correct the mapping.")
        for index, case in enumerate(mapping.event):
            yield from check_event(draft, case.name, draft.at("source", name, "event", index, "name"))
