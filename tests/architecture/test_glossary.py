"""One word, one thing: no public name uses a word that GLOSSARY.md says a thing is not called."""

import ast
import itertools
import re

from tests.architecture.sources import ROOT, modules, name, tree

GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<term>[^|]+) \| (?P<meaning>[^|]+) \| (?P<not_called>[^|]*) \|$", re.MULTILINE)
BANNED = {word for row in ROW.finditer(GLOSSARY) for word in re.findall(r"`([a-z_]+)`", row["not_called"])}
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def words_of(identifier: str) -> set[str]:
    """Return the words of a name in snake or camel case, lower case, with the pairs of neighbours."""
    words = [word.lower() for word in WORDS.findall(identifier)]
    return {*words, *("_".join(pair) for pair in itertools.pairwise(words))}


def test_no_public_name_uses_a_banned_word() -> None:
    found = [
        f"{name(path)}:{node.lineno} {node.name}: {', '.join(sorted(bad))}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if (bad := words_of(node.name) & BANNED)
    ]

    assert found == []


def test_no_module_is_named_by_a_banned_word() -> None:
    assert [name(path) for path in modules() if words_of(path.stem) & BANNED] == []


def test_the_glossary_bans_words_and_defines_terms() -> None:
    assert {"canvas", "connector", "campaign"} <= BANNED
    assert words_of("SyncCanvas") & BANNED == {"canvas"}
    assert all(row["meaning"].strip() for row in ROW.finditer(GLOSSARY))
