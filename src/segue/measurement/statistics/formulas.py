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
