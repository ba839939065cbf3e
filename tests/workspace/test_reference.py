"""The reference of workspace files says what the schema says."""

import re
from pathlib import Path
from typing import get_args

import pytest

from segue.model.steps import Step
from segue.workspace.layout import KINDS, Kind
from segue.workspace.reference import workspace_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "workspace.md"


def test_the_page_in_docs_is_up_to_date() -> None:
    command = "python -m segue.workspace.reference > docs/reference/workspace.md"
    assert PAGE.read_text(encoding="utf-8") == workspace_page(), command


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_field_of_every_file_is_on_it(kind: Kind) -> None:
    section = workspace_page().partition(f"## {kind.pattern.replace('*', 'NAME')}\n")[2].partition("\n#")[0]

    told = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)

    has_page_of_its_own = kind.name in ("source", "test")
    assert told == ([] if has_page_of_its_own else list(kind.schema.__struct_encode_fields__))


def test_every_kind_of_step_has_its_section() -> None:
    kinds = [step.__struct_config__.tag for step in get_args(Step)]

    assert [kind for kind in kinds if f"### kind: {kind}\n" not in workspace_page()] == []


def test_every_link_to_a_section_leads_somewhere() -> None:
    page = workspace_page()
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([\w-]+)\)", page)) - anchors == set()
