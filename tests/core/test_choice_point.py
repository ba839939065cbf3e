"""Choices that journeys ask for: the policy's, recorded like every decision."""

import pytest

from segue.core.catalogue import Scored
from segue.core.choice_point import choose_way
from segue.core.decision_point import Decided, Occasion
from segue.core.facts import Fact
from segue.core.journeys.moves import Question
from segue.core.view import View
from segue.model.customers import Contacts, Profile
from segue.model.ids import CustomerId, EventId, RunId
from segue.model.workspace import PolicySpec
from tests.builders import NOW
from tests.properties.shop import a_world

OPTIONS = (Scored("patient", "", 0.0, 1.0), Scored("bold", "", 0.0, 3.0))


def choose(
    group: str = "agent", policy: str = "rules", options: tuple[Scored, ...] = OPTIONS, run: str = "1"
) -> Decided:
    question = Question(RunId(run), 4, "onboarding", "fork", options)
    occasion = Occasion(CustomerId("ada"), 7, EventId("e1"), group, "ada", NOW, "input")
    view = View(Profile(), Fact("", {}, {}, NOW), NOW, "UTC")
    return choose_way(question, view, Contacts(), occasion, a_world(policy=PolicySpec(name=policy)))


def test_the_rules_take_the_way_of_most_worth_and_the_run_is_told_its_name() -> None:
    decided = choose()
    assert [(a.run_id, a.occurrence, a.word) for a in decided.answers] == [("1", 4, "bold")]
    assert (decided.winner, decided.held) == (None, ())


def test_the_record_names_every_way_and_silence_with_their_chances() -> None:
    decision = choose(policy="random").decision
    assert decision.slot == "choose:onboarding/fork"
    assert [row.action for row in decision.considered] == ["patient", "bold", ""]
    assert [row.probability for row in decision.considered] == pytest.approx([1 / 3] * 3)
    assert [row.key for row in decision.considered if row.suppressed is None] == [decision.chosen]


def test_silence_is_the_answer_without_a_name() -> None:
    dear = (Scored("costly", "", 0.0, -1.0),)
    assert [answer.word for answer in choose(options=dear).answers] == [""]
    assert choose(options=dear).decision.chosen == "silence"


def test_the_held_out_go_their_way_like_everybody() -> None:
    assert [answer.word for answer in choose("holdout").answers] == ["bold"]
    assert not choose("holdout").decision.is_ghost


def test_two_runs_that_ask_at_one_moment_are_two_decisions() -> None:
    assert choose(run="1").decision.decision_id != choose(run="2").decision.decision_id
