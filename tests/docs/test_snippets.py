"""Every runnable snippet of README and docs/ runs."""

from pathlib import Path

import pytest

from tests.docs.snippets import run_page

ROOT = Path(__file__).parents[2]
PAGES = [page for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if page.is_file()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_snippets_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_page(page.read_text(encoding="utf-8"), str(page), tmp_path)


def test_blocks_of_a_page_share_names_and_others_are_left_alone(tmp_path: Path) -> None:
    page = "```python run\nx = 1\n```\n\n```python\nraise SystemExit\n```\n\n```python run\nassert x == 1\n```\n"

    assert run_page(page, "page.md", tmp_path) == 2


def test_a_wrong_claim_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        run_page("```python run\nassert 1 == 2\n```\n", "page.md", tmp_path)
    with pytest.raises(AssertionError, match=r"0\.1"):
        run_page("```console run\n$ segue --version\n9.9.9\n```\n", "page.md", tmp_path)


def test_a_console_block_shows_what_the_command_prints(tmp_path: Path) -> None:
    page = """\
```console run
$ segue init shop
Made the workspace shop from two_channels: ...
$ segue check shop
No findings.
```
"""

    assert run_page(page, "page.md", tmp_path) == 1
