"""What is measured: kinds of measures and the catalogue of named ones."""

from careaudit.measures.amount import MINOR, Amounts, amounts, carried_by_one
from careaudit.measures.amount import TERMS as AMOUNT_TERMS
from careaudit.measures.base import (
    Gap,
    Measure,
    Orientation,
    Pair,
    Reading,
    Sample,
    Seen,
    Share,
    pool_samples,
    pooled_design_effect,
)
from careaudit.measures.catalogue import CATALOGUE, RATES
from careaudit.measures.rate import Rate

__all__ = [
    "AMOUNT_TERMS",
    "CATALOGUE",
    "MINOR",
    "RATES",
    "Amounts",
    "Gap",
    "Measure",
    "Orientation",
    "Pair",
    "Rate",
    "Reading",
    "Sample",
    "Seen",
    "Share",
    "amounts",
    "carried_by_one",
    "pool_samples",
    "pooled_design_effect",
]
