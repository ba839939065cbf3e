"""Make each market show what is known of today's teams, and write what that takes into its simulation.

    python -m examples.fitness_retention.calibrate fatigue attention habit

Only the silo arm is run. The orchestrated arms are no part of it, so a market cannot be made to please them.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from segue.simulation.calibration import Fact, Step, calibrate
from segue.simulation.figures import tell
from segue.simulation.running import run_arm
from segue.simulation.spec import Simulation, read_simulation

HERE = Path(__file__).parent
FACTS = (
    Fact(figure="messages", target=8.4, parameter="push", start=0.4, elasticity=0.25),
    Fact(figure="churn", target=0.062, parameter="churn", start=0.03, elasticity=0.9),
)
SIZES = (300, 1000)


def main(markets: list[str]) -> None:
    """Calibrate these markets, all of them where none is named."""
    for market in markets or ["attention", "fatigue", "habit"]:
        simulation = read_simulation(HERE / "orchestrated", market)
        steps = calibrate(lambda values, customers, of=simulation: silos(of, values, customers), FACTS, SIZES)
        for step in steps:
            sys.stdout.write(f"{market}: {told(step)}\n")
        write(HERE / "orchestrated" / "simulations" / f"{market}.yaml", steps[-1].parameters)


def silos(simulation: Simulation, values: Mapping[str, float], customers: int) -> dict[str, float]:
    """Return the figures of the silo arm with these parameters."""
    setting = simulation.setting
    parameters = setting.market.parameters
    consents = {**parameters["consents"], "push": values["push"]}
    market = replace(setting.market, parameters={**parameters, "consents": consents, "churn": values["churn"]})
    accounts = run_arm(simulation.arms["silos"], replace(setting, market=market, customers=customers))
    found = tell({"silos": accounts}, "silos", weeks=setting.weeks, conversions=(), ending=setting.ending)
    return {each.figure: each.estimate.value for each in found}


def told(step: Step) -> str:
    """Return a step as a line."""
    numbers = [f"{name} {value:.4g}" for name, value in (*step.parameters.items(), *step.figures.items())]
    return f"{step.customers:,} customers: {', '.join(numbers)}"


def write(file: Path, values: Mapping[str, float]) -> None:
    """Put ``values`` where the file says that they are calibrated."""
    text = file.read_text()
    for name, value in values.items():
        text, count = re.subn(rf"(?m)^( +{name}: )\S+( # calibrated)$", rf"\g<1>{value:g}\g<2>", text)
        assert count == 1, f"{file.name} has one line for {name}"
    file.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
