"""Findings with known numbers: three arms, one of them with a name that is markup."""

from segue.simulation.figures import Estimate, Told
from segue.simulation.market import Assumption, Description
from segue.simulation.report.findings import ArmRun, Findings
from segue.simulation.sensitivity import Moved, Varied
from segue.simulation.side_by_side import Curve, SideBySide
from segue.simulation.spec import ArmDeclared, MarketDeclared, SimulationSpec

AGENT = "<agent> & co"
HEALS = Assumption(name="heals", what="days in which fatigue halves", value=4.0, low=2.0, high=8.0)
BETTER = Estimate(0.3, 0.1, 0.5, 0.1)
UNCLEAR = Estimate(-0.02, -0.1, 0.06, 0.04)
LEVEL = Estimate(0.0, 0.0, 0.0, 0.0)


def estimate(value: float) -> Estimate:
    return Estimate(value, 0.8 * value, 1.2 * value, 0.1 * value)


TOLD = (
    Told(arm="usual", figure="messages", estimate=estimate(2.0)),
    Told(
        arm=AGENT,
        figure="messages",
        estimate=estimate(1.0),
        ahead=Estimate(-1.0, -1.2, -0.8, 0.1),
        relative=Estimate(-0.5, -0.6, -0.4, 0.05),
    ),
    Told(arm="twin", figure="messages", estimate=estimate(2.0), ahead=LEVEL, relative=LEVEL),
    Told(arm="usual", figure="clicks", estimate=estimate(0.5)),
    Told(arm=AGENT, figure="clicks", estimate=estimate(0.8), ahead=BETTER, relative=Estimate(0.6, 0.2, 1.0, 0.2)),
    Told(arm="twin", figure="clicks", estimate=estimate(0.5), ahead=LEVEL, relative=LEVEL),
    Told(arm="usual", figure="churn", estimate=estimate(0.05)),
    Told(arm=AGENT, figure="churn", estimate=estimate(0.03), ahead=UNCLEAR),
    Told(arm="twin", figure="churn", estimate=estimate(0.05), ahead=LEVEL),
)


def varied() -> tuple[Varied, ...]:
    """Clicks are no longer clear where fatigue heals fast; nothing else changes its reading."""
    return (
        Varied(
            assumption=HEALS,
            end="low",
            value=2.0,
            moved=(
                Moved(arm=AGENT, figure="clicks", ahead=UNCLEAR, relative=None, shift=Estimate(-0.32, -0.5, -0.1, 0.1)),
                Moved(arm=AGENT, figure="churn", ahead=LEVEL, relative=None, shift=LEVEL),
                Moved(arm=AGENT, figure="messages", ahead=UNCLEAR, relative=UNCLEAR, shift=Estimate(1, -1, 3, 1)),
            ),
        ),
        Varied(
            assumption=HEALS,
            end="high",
            value=8.0,
            moved=(Moved(arm=AGENT, figure="clicks", ahead=BETTER, relative=BETTER, shift=LEVEL),),
        ),
    )


def findings(*, with_varied: bool = False) -> Findings:
    """What the reports of these tests are made from."""
    arms = ("usual", AGENT, "twin")
    result = SideBySide(
        name="town",
        description="A town <we> made up.",
        baseline="usual",
        arms=arms,
        customers=1_200,
        weeks=3,
        seed="s",
        market=Description(
            name="fatigue", summary="People tire.", causes=(("contact", "fatigue"),), assumptions=(HEALS,)
        ),
        told=TOLD,
        counted={arm: {"contact/email": 4.5, "days": 20.0, "opt_out/email": 0.002} for arm in arms},
        curves=tuple(Curve(arm=arm, name="contact", values=(2.0, 1.5, float("nan"))) for arm in arms),
        seconds=4.5,
    )
    spec = SimulationSpec(
        market=MarketDeclared(kind="fatigue", parameters={"heals": 4.0}),
        arms={arm: ArmDeclared() for arm in arms},
        conversions=("ordered",),
        values={"ordered": "margin"},
    )
    return Findings(
        result=result,
        spec=spec,
        begin="2026-01-05T00:00:00Z",
        arms=tuple(ArmRun(arm=arm, workspace="shop", policy="rules", groups={}, revision="r1") for arm in arms),
        command="segue simulate --workspace . --name town",
        varied=varied() if with_varied else (),
    )
