"""Formulas: the keys by which results name how they were computed; `docs/reference/formulas.md` explains each."""

DIFFERENCE = "difference-of-means"
LIFT = "relative-lift"
UNEVEN_AMOUNTS = "uneven-amounts"
RATIO = "ratio-metric"
CUPED = "cuped"
POST_STRATIFIED = "post-stratification"
CAPPED = "capped-mean"
ALWAYS_VALID = "always-valid"
GATE = "converter-gate"
SPLIT_CHI_SQUARE = "split-chi-square"
SPLIT_E_PROCESS = "split-e-process"
HOLM = "holm"
BENJAMINI_HOCHBERG = "benjamini-hochberg"
SAMPLE_NEEDED = "sample-needed"
NO_EFFECT = "no-effect-as-large"
INTERACTION = "interaction"
QINI = "qini-by-group"

EXPERIMENTS = (
    DIFFERENCE,
    LIFT,
    UNEVEN_AMOUNTS,
    RATIO,
    CUPED,
    POST_STRATIFIED,
    CAPPED,
    ALWAYS_VALID,
    GATE,
    SPLIT_CHI_SQUARE,
    SPLIT_E_PROCESS,
    HOLM,
    BENJAMINI_HOCHBERG,
    SAMPLE_NEEDED,
    NO_EFFECT,
    INTERACTION,
    QINI,
)
"""The formulas of experiments."""

SAID = {
    DIFFERENCE: "The arm's mean less the control's, with Welch's interval: each arm has a variance of its own.",
    LIFT: "The difference as a share of the control's mean, by the delta method.",
    UNEVEN_AMOUNTS: "Of amounts in uneven arms the interval allows for few large ones in the small arm.",
    RATIO: "One sum over another one, by the delta method; amounts are not capped.",
    CUPED: "What was known before the assignment and foretells the outcome is taken off.",
    POST_STRATIFIED: "Arms are compared within groups known before the assignment, weighed by their sizes.",
    CAPPED: "Amounts beyond the 99 % quantile count as that; the plain mean stands beside.",
    ALWAYS_VALID: "The interval holds however often you look (confidence sequence of Waudby-Smith et al.).",
    GATE: "Nothing is concluded before the arm with fewer of them has enough customers with an outcome.",
    SPLIT_CHI_SQUARE: "Pearson's test of the arms' sizes against the plan; below p = 0.001 nothing is read.",
    SPLIT_E_PROCESS: "A test of the arms' sizes against the plan that holds at every look.",
    HOLM: "p-values of primary metrics, adjusted so that at most one experiment in twenty is wrong about any.",
    BENJAMINI_HOCHBERG: "p-values of exploratory metrics and groups: about one find in twenty is nothing.",
    SAMPLE_NEEDED: "Customers needed to see a true difference of that size four times in five.",
    NO_EFFECT: "Said where the whole interval lies within what matters; never because nothing was found.",
    INTERACTION: "Cochran's test whether groups differ; one that is clear beside one that is not is no difference.",
    QINI: "What choosing groups brings: their order is learnt on one half of the customers and paid on the other.",
}
"""What each formula is, in a sentence."""
