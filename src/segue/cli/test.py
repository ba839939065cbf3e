"""segue test: run the workspace's scenarios in virtual time."""

from pathlib import Path

import msgspec

from segue.cli.console import paint, plural, say, tell, tell_json
from segue.cli.options import Flag, Folder, Json
from segue.testing.running import ScenarioResult, run_scenarios


def run_tests(folder: Folder = Path(), /, *, verbose: Flag = False, json: Json = False) -> int:
    """Run the workspace's scenarios in virtual time. Exit code 1 when one fails.

    Parameters
    ----------
    verbose
        Tell the story of those that pass, too.
    """
    results = run_scenarios(folder)
    failed = sum(not result.passed for result in results)
    if json:
        tell_json({"passed": len(results) - failed, "failed": failed, "scenarios": [_record(each) for each in results]})
        return 1 if failed else 0
    for result in results:
        tell(str(result))
        if verbose and result.passed:
            for line in result.timeline:
                tell(f"      {line}")
    if not results:
        say("There are no scenarios yet: write tests/NAME.yaml.")
    summary = f"\n{plural(len(results) - failed, 'scenario')} passed" + (f", {failed} failed." if failed else ".")
    tell(paint(summary, "red" if failed else "green"))
    return 1 if failed else 0


def _record(result: ScenarioResult) -> dict[str, object]:
    return {**msgspec.structs.asdict(result), "place": str(result.place)}
