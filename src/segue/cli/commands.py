"""The commands by name: where each lives and what it says about itself, without importing any of them."""

from typing import NamedTuple


class Command(NamedTuple):
    """A command; ``target`` is imported when it is called. Hidden ones are for `dev.py`."""

    target: str
    summary: str
    is_hidden: bool = False


COMMANDS = {
    "init": Command("segue.cli.init:init", "Make a workspace from a template."),
    "check": Command("segue.cli.check:check", "Find every mistake in a workspace."),
    "diff": Command("segue.cli.diff:diff", "Say what changed between two workspaces."),
    "plan": Command("segue.cli.plan:plan", "Say what publishing would change, and for whom."),
    "apply": Command("segue.cli.apply:apply", "Hand the changed workspace to the running server."),
    "pause": Command("segue.cli.steering:pause", "Hold a journey; nothing is lost."),
    "resume": Command("segue.cli.steering:resume", "Let a paused or draining journey go on."),
    "drain": Command("segue.cli.steering:drain", "Let nobody else into a journey."),
    "stop": Command("segue.cli.steering:stop", "End every run of a journey."),
    "enter": Command("segue.cli.enter:enter", "Ask for a customer to enter a journey."),
    "broadcast": Command("segue.cli.broadcast:broadcast", "Tell many customers of something that happened."),
    "plan-batch": Command("segue.cli.plan_batch:plan_batch", "Plan who of the whole base gets which action, and when."),
    "draw": Command("segue.cli.draw:draw", "Draw journeys as flowcharts."),
    "test": Command("segue.cli.test:run_tests", "Run the workspace's scenarios in virtual time."),
    "simulate": Command("segue.cli.simulate:simulate", "Try workspaces and policies on a made-up market."),
    "dev": Command("segue.cli.dev:dev", "Serve on this machine, without keys; messages become files."),
    "run": Command("segue.cli.run:run", "Serve in production, with keys."),
    "ingest": Command("segue.cli.ingest:ingest", "Read a file of events into the store."),
    "replay": Command("segue.cli.replay:replay", "Decide again from a file of events, or from the store's own log."),
    "what-if": Command("segue.cli.what_if:what_if", "Say what a change would do, in markets fitted from the log."),
    "fit": Command("segue.cli.fit:app", "Train a model on a table, and say what it is worth."),
    "learn": Command("segue.cli.learn:learn", "Train models from the log, and publish those that pass their gates."),
    "models": Command("segue.cli.models:app", "List the trained models, show one, go back to an earlier one."),
    "score": Command("segue.cli.score:score", "Write churn risk and lifetime value to each customer."),
    "evaluate": Command("segue.cli.evaluate:evaluate", "Say what a policy would have brought, without running it."),
    "groups": Command("segue.cli.groups:groups", "Say what agent, rules, random and holdout brought."),
    "experiment": Command(
        "segue.cli.experiment:experiment", "Say what an experiment showed, from any file of outcomes."
    ),
    "sequences": Command("segue.cli.sequences:sequences", "Say which orders, timings and channels worked, for whom."),
    "tradeoff": Command("segue.cli.tradeoff:tradeoff", "Draw what one objective costs another."),
    "measure": Command("segue.cli.measure:measure", "Say what orchestration caused, and how customers fared."),
    "explain": Command("segue.cli.explain:explain", "Say why a customer got this, or nothing."),
    "audience": Command("segue.cli.audience:audience", "Say who is in an audience, now or at a past moment."),
    "keys": Command("segue.cli.keys:app", "Create, list and revoke keys."),
    "doctor": Command("segue.cli.doctor:doctor", "Look whether everything is in order on this machine."),
    "demo": Command("segue.cli.demo:main", "Run the example on real orders.", is_hidden=True),
}


def overview() -> str:
    """Return what ``segue --help`` prints."""
    shown = {name: command for name, command in COMMANDS.items() if not command.is_hidden}
    lines = [f"  {name:<10} {command.summary}" for name, command in shown.items()]
    head = "segue decides, for every customer and every channel, the next best action, or silence."
    tail = (
        "`segue COMMAND --help` says more. Every command takes --json. Exit codes: 0 ok, 1 findings, 2 usage, 3 setup."
    )
    return "\n".join([head, "", "Usage: segue COMMAND [OPTIONS]", "", *lines, "", tail])


def unknown_command(name: str) -> str:
    """Return what to say about a command that does not exist."""
    from difflib import get_close_matches

    close = get_close_matches(name, COMMANDS, n=1)
    hint = f"Did you mean `segue {close[0]}`?" if close else "`segue --help` lists them."
    return f"segue: There is no command {name!r}. {hint}"
