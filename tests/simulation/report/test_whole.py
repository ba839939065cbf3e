"""The page is one file that any parser takes and that loads nothing."""

import re
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from segue.simulation.market import Description
from segue.simulation.report.whole import report_page
from tests.simulation.report.known import AGENT, findings


@pytest.mark.parametrize("with_varied", [False, True])
def test_the_page_is_well_formed_and_loads_nothing(with_varied: bool) -> None:
    made = report_page(findings(with_varied=with_varied))
    tree = ElementTree.fromstring(made)
    heads = ["".join(each.itertext()) for each in tree.iter("h2")]
    assert heads[:2] == ["These are made-up customers", "At a glance"]
    assert heads[-3:] == ["The market \u201cfatigue\u201d", "Everything that was counted", "Run it again"]
    assert ("What if the assumptions are wrong?" in heads) == with_varied
    assert not re.search(r"(src|href)=|<script|<link|@import|nan", made)
    assert AGENT not in made


def test_little_is_a_report_too() -> None:
    known = findings()
    silent = Description(name="empty", summary="", causes=(), assumptions=())
    alone = replace(known.result, arms=("usual",), told=(), curves=(), counted={"usual": {}}, market=silent)
    tree = ElementTree.fromstring(report_page(replace(known, result=alone, arms=())))
    assert "nothing to compare" in "".join(tree.itertext())


def test_no_id_is_there_twice() -> None:
    tree = ElementTree.fromstring(report_page(findings(with_varied=True)))
    ids = [each.get("id") for each in tree.iter() if each.get("id")]
    assert sorted(set(ids)) == sorted(ids)
