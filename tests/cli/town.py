"""The learning shop after its town has lived with it for a while, made once for all tests that look back."""

import asyncio
from functools import cache
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import mkdtemp

from examples.learning_shop.market import live, people

EXAMPLE = Path(__file__).parents[2] / "examples" / "learning_shop"
CUSTOMERS, DAYS = 150, 30


@cache
def town() -> Path:
    """Return the shop's folder: everybody got something at random, through the production runtime."""
    folder = Path(mkdtemp(prefix="segue-town-"))
    copytree(EXAMPLE, folder, ignore=ignore_patterns(".segue", "__pycache__"), dirs_exist_ok=True)
    settings = (folder / "segue.yaml").read_text()
    assert "name: bandit" in settings
    (folder / "segue.yaml").write_text(settings.replace("name: bandit", "name: random"))
    asyncio.run(live(folder, people(CUSTOMERS), DAYS))
    return folder
