"""What is measured: kinds of measures and the catalogue of named ones."""

from careaudit.measures.amount import MINOR, Amounts, amounts
from careaudit.measures.amount import TERMS as AMOUNT_TERMS
from careaudit.measures.base import Measure, Orientation, Pair, Sample, pool, pooled_design_effect
from careaudit.measures.catalogue import CATALOGUE
from careaudit.measures.rate import Rate

__all__ = [
    "AMOUNT_TERMS",
    "CATALOGUE",
    "MINOR",
    "Amounts",
    "Measure",
    "Orientation",
    "Pair",
    "Rate",
    "Sample",
    "amounts",
    "pool",
    "pooled_design_effect",
]
