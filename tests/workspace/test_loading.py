"""Loading and checking whole folders."""

from importlib import import_module
from pathlib import Path

import pytest

from segue.channels.settings import ChannelLimits
from segue.model.errors import WorkspaceError
from segue.workspace import check, load
from segue.workspace.codes import CODES
from tests.workspace import club
from tests.workspace.shop import FILES, spoil, write_shop

OFFER, REORDER = "actions/offer.yaml", "journeys/reorder.yaml"
ELSEWHERE = {"SG104", "SG105", "SG106", "SG516", "SG551", "SG604", "SG620", "SG753", "SG758", "SG804", "SG806", "SG902"}
"""Codes that no single replaced passage earns at its own place; each has a test of its own."""


def test_every_lint_code_is_earned_by_a_test() -> None:
    here = Path(__file__).parent
    files = [*here.glob("test_*.py"), *here.glob("checks/test_*.py")]
    modules = [
        import_module(".".join(("tests", "workspace", *file.relative_to(here).with_suffix("").parts))) for file in files
    ]
    earned = {slip.code for module in modules for slip in getattr(module, "SLIPS", ())}

    assert earned | ELSEWHERE == set(CODES)


def test_the_example_workspace_has_no_findings(tmp_path: Path) -> None:
    assert check(write_shop(tmp_path)) == ()


def test_a_workspace_that_uses_every_kind_of_step_has_no_findings(tmp_path: Path) -> None:
    assert check(write_shop(tmp_path, files=club.FILES)) == ()


def test_a_loaded_workspace_knows_how_fast_its_channels_may_be_called(tmp_path: Path) -> None:
    loaded = load(write_shop(tmp_path, files=club.FILES))

    assert loaded.limits["email"] == ChannelLimits(rate=20.0, provider="relay")
    assert loaded.limits["sms"] == ChannelLimits()
    assert loaded.providers == {"relay": 10.0}
    assert loaded.workspace.hours_by == "country"
    assert (loaded.workspace.themes["reorder"].lead, loaded.workspace.capacities["budget"].counts) == ("1d", "cost")


def test_a_loaded_workspace_holds_what_the_files_say(tmp_path: Path) -> None:
    loaded = load(write_shop(tmp_path))

    assert [action.action for action in loaded.workspace.actions] == ["offer"]
    assert loaded.channels["email"].type == "outbox_folder"
    assert loaded.channels["email"].settings == {"contact_trait": "email"}
    assert loaded.workspace.channels[0].contact_trait == "email"
    assert loaded.sources["orders"]["at"] == {"column": "when"}
    assert str(loaded.places["journey:reorder"]) == "journeys/reorder.yaml:1:1"


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    texts = {
        "segue.yaml": FILES["segue.yaml"].replace("London", "Lodnon"),
        OFFER: FILES[OFFER].replace("value: 5", "valeu: 5").replace("home_hero", "hom_hero"),
        REORDER: FILES[REORDER].replace("otherwise: mail", "otherwise: male"),
    }

    codes = [finding.code for finding in check(write_shop(tmp_path, {**texts}))]

    assert codes == ["SG201", "SG304", "SG402"]


def test_a_definition_that_does_not_fit_is_not_reported_again_where_it_is_used(tmp_path: Path) -> None:
    folder = spoil(tmp_path, OFFER, "value: 5", "value: five")

    assert [finding.code for finding in check(folder)] == ["SG203"]


def test_errors_stop_loading_and_come_along(tmp_path: Path) -> None:
    folder = spoil(tmp_path, OFFER, "value: 5", "value: five")

    with pytest.raises(WorkspaceError) as caught:
        load(folder)

    assert [str(finding) for finding in caught.value.findings] == [
        "actions/offer.yaml:2:8: error SG203: This is text, not a number. Write a number."
    ]


def test_warnings_do_not_stop_loading(tmp_path: Path) -> None:
    loaded = load(spoil(tmp_path, "audiences/buyers.yaml", "audience: buyers", "audience: clients"))

    assert [finding.code for finding in loaded.warnings] == ["SG206"]


def test_a_folder_without_segue_yaml_is_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert [finding.code for finding in check(tmp_path / "empty")] == ["SG105"]


def test_no_folder_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="segue init"):
        check(tmp_path / "nowhere")


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (write_shop(tmp_path) / "audiences/buyers.yaml").write_bytes(b"\xff\xfe\x00")

    assert [(each.code, each.place.file) for each in check(tmp_path)] == [("SG104", "audiences/buyers.yaml")]


@pytest.mark.parametrize("path", ["journeys/old/reorder.yaml", "journeys/more.yml", "trigers.yaml"])
def test_a_definition_where_none_belongs_is_a_warning(tmp_path: Path, path: str) -> None:
    folder = write_shop(tmp_path, {path: "journey: more\n"})

    assert [(each.code, each.place.file, each.severity) for each in check(folder)] == [("SG106", path, "warning")]


def test_an_action_and_a_template_that_nothing_uses_are_warnings(tmp_path: Path) -> None:
    spare = FILES[OFFER].replace("action: offer", "action: spare")
    folder = write_shop(tmp_path, {"actions/spare.yaml": spare, "templates/old.txt": "Hello"})

    assert [(each.code, each.place.file) for each in check(folder)] == [
        ("SG604", "actions/spare.yaml"),
        ("SG804", "templates/old.txt"),
    ]


def test_a_partial_template_is_used_by_the_template_that_renders_it(tmp_path: Path) -> None:
    whole = FILES["templates/offer.html"].replace("Shop, 1 High", '{% render "foot.html" %} Shop, 1 High')
    folder = write_shop(tmp_path, {"templates/offer.html": whole, "templates/foot.html": "<p>Bye</p>"})

    assert check(folder) == ()


def test_what_only_the_engine_refuses_is_told_in_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from segue.model.errors import SegueError
    from segue.workspace.checks import engine

    def refuse(_workspace: object) -> None:
        raise SegueError("It cannot be.", "Change it.")

    monkeypatch.setattr(engine, "build_world", refuse)

    assert [str(finding) for finding in check(write_shop(tmp_path))] == [
        "segue.yaml: error SG902: It cannot be. Change it."
    ]
