"""The stable codes of findings. A code never changes its meaning and is never used again."""

from typing import Literal, TypeAlias

from msgspec import Struct

Severity: TypeAlias = Literal["error", "warning"]


class Code(Struct, frozen=True):
    """A stable lint code: what is wrong, and why it matters."""

    title: str
    why: str
    severity: Severity = "error"


_NOT_FOUND = "A name that nothing carries would silently never match."

CODES: dict[str, Code] = {
    # reading
    "SG101": Code("The file is not valid YAML", "Nothing of it can be used."),
    "SG102": Code("A key stands twice", "YAML readers silently keep the last one; one of the two was meant otherwise."),
    "SG103": Code(
        "YAML tags, anchors or several documents",
        "A definition is read by people; what it says stands where it is used, once, in one document.",
    ),
    "SG104": Code("The file cannot be read", "It is not text in UTF-8, or may not be opened."),
    "SG105": Code("segue.yaml is missing", "The file makes a folder a workspace and gives it a name."),
    "SG106": Code(
        "A file that nothing reads",
        "It lies where no definition belongs, or ends in .yml; what it declares would silently not exist.",
        "warning",
    ),
    "SG107": Code("A table that cannot be read", "Rows and columns cannot be told apart, so none of it can be used."),
    # schema
    "SG201": Code("Unknown field", "A misspelt field would silently have no effect."),
    "SG202": Code("Missing field", "The definition cannot be understood without it."),
    "SG203": Code("Wrong type", "The value is of another type than the field."),
    "SG204": Code("Value not allowed", "The value is outside of the field's choices, pattern or range."),
    "SG205": Code("Name used twice", "Two definitions of one kind share a name; only one could be meant."),
    "SG206": Code(
        "File and definition differ in name", "Who looks for the definition opens the wrong file.", "warning"
    ),
    # references
    "SG301": Code("Unknown action", _NOT_FOUND),
    "SG302": Code("Unknown channel", _NOT_FOUND),
    "SG303": Code("Unknown trigger", _NOT_FOUND),
    "SG304": Code("Unknown step", "The run would have nowhere to go."),
    "SG305": Code("Unknown trait", _NOT_FOUND),
    "SG306": Code("Unknown template", "The message could not be written."),
    "SG307": Code("Unknown placement", _NOT_FOUND),
    "SG308": Code("Unknown audience", _NOT_FOUND),
    "SG309": Code("Unknown event", "An event that no source declares never happens."),
    "SG310": Code("Unknown event property", "A property that the event does not declare is always null."),
    "SG311": Code("Unknown journey", _NOT_FOUND),
    "SG312": Code("Unknown theme", _NOT_FOUND),
    "SG313": Code("Unknown tag", "No action carries it, so a cap would count nothing."),
    "SG314": Code("Unknown provider", "Its channels would have no common rate."),
    # expressions and values
    "SG401": Code("The expression is not valid", "It does not parse, or its types do not fit."),
    "SG402": Code("Unknown time zone", "Quiet hours and calendar waits would be at the wrong time."),
    "SG403": Code("Not a re-entry rule", "It is never, parallel, or after a duration."),
    "SG404": Code("Not a local time", "A wait's `at` is a local time of day, perhaps some days later."),
    "SG405": Code("A duration of nothing", "A window or wait of length zero never holds anything."),
    "SG406": Code("Not a date or time", "A ramp, a window or a stock has to know when it begins."),
    # journeys
    "SG501": Code("Unreachable step", "No run can ever come here; usually a `next` points elsewhere.", "warning"),
    "SG502": Code(
        "A loop that may never wait",
        "A run would go round it without end at one instant; a computed `after` or `until` may already be past.",
    ),
    "SG503": Code("Step id used twice", "A `next` could mean either."),
    "SG504": Code(
        "A wait needs exactly one of after, at, until, receptive", "With none it never ends, with two it is ambiguous."
    ),
    "SG505": Code("An entry needs exactly one of trigger and on", "With none nobody enters, with two it is ambiguous."),
    "SG506": Code("An exit rule needs an event or a condition", "With neither, every event would end every run."),
    "SG507": Code("A journey without steps", "Customers would enter and leave at once."),
    "SG508": Code("A goto to itself", "It leads nowhere, as often as it may."),
    "SG509": Code("A proposal needs exactly one of action and actions", "With none it proposes nothing."),
    "SG510": Code("All ways lead to one step", "Whatever is decided here makes no difference.", "warning"),
    "SG511": Code(
        "A run that nothing ends",
        "Every way from here leads back, and no exit, goal or expiry ends the run: it would last for ever.",
        "warning",
    ),
    "SG512": Code("A split that gives nobody an arm", "It has no arms, or their weights are nothing together."),
    "SG513": Code("Arm or option named twice", "Records and reports could not tell the two apart."),
    "SG514": Code("Splits of one experiment differ in their arms", "A customer may hold an arm that the other lacks."),
    "SG515": Code(
        "A message group that cannot be sent in order",
        "It is one action on several different channels, one after another.",
    ),
    "SG516": Code(
        "Sub-journeys in a circle", "Each would wait for the next one, and nobody would ever come to an end."
    ),
    "SG517": Code(
        "Journeys that set each other off without waiting", "The end of one begins the next, round and round at once."
    ),
    "SG518": Code(
        "Trigger on an audience that is not computed", "Without a condition nobody enters or leaves by themselves."
    ),
    "SG519": Code(
        "A stage that lacks a part",
        "A departure is noticed by `within` and answered by `recover`; neither does anything alone.",
    ),
    "SG520": Code("A stage that no step begins", "No run is ever in it.", "warning"),
    "SG521": Code(
        "A handler does one of goto, hurry, pause, resume; set may stand beside it",
        "With none it does nothing; with two they contradict each other.",
    ),
    "SG523": Code("Not a webhook channel", "A webhook step posts data, which only channels of type webhook take."),
    "SG524": Code("A migration that is not made", "Runs are only moved with in_flight: migrate.", "warning"),
    "SG525": Code("Pacing without effect", "Pacing stretches waits with `after` and paced: true, and no others."),
    "SG526": Code("A wait_for without events", "It would be a wait, and says something else."),
    "SG528": Code("A `next` that nobody takes", "The step names all its ways elsewhere.", "warning"),
    # between journeys
    "SG551": Code(
        "Two journeys compete without a difference",
        "Both are entered at once and want the same channel; with neither theme nor priority chance decides who wins.",
        "warning",
    ),
    "SG552": Code(
        "Two journeys contradict each other",
        "Both are entered at once, and their themes exclude each other: the later one is always suppressed.",
        "warning",
    ),
    "SG553": Code(
        "Word of a message that another journey sends",
        "A run is only told of its own messages, so this never happens here.",
        "warning",
    ),
    "SG554": Code(
        "The entry event ends the run for good",
        "The second one ends it, and re-entry is not allowed yet, so none begins.",
        "warning",
    ),
    # actions and channels
    "SG601": Code("Action without variants", "There is no channel on which it could be carried out."),
    "SG602": Code("The variant lacks what its channel needs", "It could never be carried out."),
    "SG603": Code("The variant has what its channel ignores", "It would silently have no effect."),
    "SG604": Code("Action that nothing proposes", "No journey, rule or placement ever considers it.", "warning"),
    "SG605": Code("No variant on these channels", "The proposal would never have a candidate."),
    "SG606": Code("Unknown channel type", "There is no such channel to open."),
    "SG607": Code("Two variants on one channel", "An action has one variant a channel; the other would never be used."),
    "SG608": Code(
        "Action that cannot follow a theme",
        "Followers join audiences and fill placements while their theme is live; messages are proposed by journeys.",
    ),
    "SG609": Code("No channel is fit for the action", "None of its channels carries what it needs and comes in time."),
    "SG610": Code("A group with one exclusive theme", "There is nothing that it excludes.", "warning"),
    "SG611": Code("Theme without actions", "It never becomes live for anybody.", "warning"),
    "SG612": Code("Channel named twice", "It can only have one place in an order."),
    "SG613": Code(
        "A capacity that nothing uses", "None of its actions has a variant on one of its channels.", "warning"
    ),
    "SG614": Code("Ramp without a beginning", "`ramp` and `ramp_from` go together."),
    "SG615": Code(
        "Given up unheard",
        "The channel is told of neither opens nor clicks, so every message there counts as ignored.",
        "warning",
    ),
    "SG616": Code(
        "A message without a value",
        "Slots go to what is worth most; worth nothing, it is not sent where others are likely to come.",
        "warning",
    ),
    "SG617": Code(
        "A window that never opens", "It ends before it begins, or none of its weekdays lies in it: nothing goes out."
    ),
    "SG618": Code("A window that says nothing", "Without a beginning, an end or weekdays it is always open."),
    "SG620": Code("Never offered: dark whenever it is open", "A blackout covers every day of the action's calendar."),
    "SG621": Code("Prerequisites in a circle", "Each would have to come before the others, so none ever comes."),
    "SG622": Code(
        "A success that nothing tells of", "The stock, or what requires the success, counts `converted_by` events."
    ),
    "SG623": Code(
        "A stock that no contact takes from", "Only messages and tasks are contacts; none of its variants is one."
    ),
    "SG624": Code("Stock without a count", "What takes from it, and since when, is said of a stock that is not given."),
    "SG625": Code(
        "The margin is below the floor", "It is never offered while the contact rules ask for more.", "warning"
    ),
    "SG626": Code(
        "No margin to compare with the floor",
        "Nobody knows whether it keeps to the floor; it is let through.",
        "warning",
    ),
    "SG627": Code(
        "A content feature that only one action has",
        "Models compare contents by the names of their features; two spellings are two features.",
        "warning",
    ),
    "SG628": Code("A target needs exactly one of at_least and share", "With none it asks for nothing."),
    "SG629": Code("A target that no contact serves", "None of its actions has a contact on one of its channels."),
    "SG630": Code(
        "A target larger than a capacity", "The capacity lets fewer contacts through than the target asks for."
    ),
    "SG631": Code(
        "Floors that ask for more than all", "Their shares of the same contacts exceed the whole.", "warning"
    ),
    "SG632": Code("A floor for everybody", "Without `who` all contacts are meant: there is no share of them to keep."),
    # contact rules, groups, policy
    "SG701": Code("Group shares leave nothing", "Nobody would be left for the agent group."),
    "SG702": Code("Unknown group", "The standing groups are holdout, random and rules; agent is the rest."),
    "SG703": Code("`only` needs a scope to name", "A cap over everything cannot be only for one thing."),
    "SG704": Code("A cap that never bites", "A longer or equal window allows fewer already.", "warning"),
    "SG705": Code("Quiet hours that never end", "They start when they end, which is the whole day.", "warning"),
    "SG706": Code("Unknown policy", "The engine has rules and random."),
    "SG707": Code("A cap needs exactly one of window and calendar", "With none it counts nothing."),
    "SG708": Code("A holdout of nothing", "Name the channels or journeys that are left out for some customers."),
    # learning
    "SG751": Code("Unknown input", "Models see traits and features, by name; this is neither."),
    "SG752": Code(
        "A policy that learns without exploring",
        "What is never tried is never learnt, and no other policy can be judged by such a log.",
        "warning",
    ),
    "SG753": Code("Nothing to learn from", "Without an objective, or an action's success, every decision is the same."),
    "SG754": Code(
        "A weight below 0", "A weight says how much an objective counts; what does harm has a value below 0.", "warning"
    ),
    "SG755": Code(
        "Consent given counts like consent withdrawn",
        "Both are the event consent_changed; a condition tells them apart.",
        "warning",
    ),
    "SG756": Code("A limit on amounts where there are none", "Without `of` every event counts 1.", "warning"),
    "SG757": Code("A score that is not a number", "It is written to a trait of each customer, which has to hold it."),
    "SG758": Code("A model that cannot be used", "Its file is missing or damaged; decisions would be made without it."),
    "SG759": Code("An objective that counts nothing", "Its value or its weight is 0.", "warning"),
    # templates
    "SG801": Code("The template does not compile", "Every message made from it would fail."),
    "SG802": Code(
        "No way to unsubscribe",
        "Promotional e-mail needs a visible way out by law in most countries; mailbox providers expect it too.",
        "warning",
    ),
    "SG803": Code(
        "No postal address", "Promotional e-mail must name the sender's address in many countries.", "warning"
    ),
    "SG804": Code("Template that nothing uses", "Usually a variant names another file.", "warning"),
    "SG805": Code(
        "The template uses a trait that is not declared",
        "Where the customer lacks it the message is not sent; declared traits are known to somebody.",
        "warning",
    ),
    "SG806": Code(
        "Links to unsubscribe lead nowhere",
        "Without server.public_url there is no unsubscribe_url, and messages that need it are not sent.",
        "warning",
    ),
    # the rest
    "SG901": Code("The source's mapping is not valid", "Its files could not be read."),
    "SG902": Code("The engine refuses the workspace", "The definitions are well-formed but cannot be compiled."),
}
