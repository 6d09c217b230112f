"""Does the customer learn why?"""

from __future__ import annotations

from careaudit.cells import ADVERSE
from careaudit.conditions import COMPLETE, Commonest, Known, Same, both
from careaudit.measures.rate import Rate

EXPLANATION = (
    Rate(
        name="explained_rate",
        kind="rate",
        orientation="favorable",
        pillar="explanation",
        ask="Are refused customers told why as often, whoever they are?",
        formula="adverse with an explanation / adverse",
        fields=("decision", "explanation"),
        misleads="An explanation on file is not yet understood: coverage is not quality.",
        oracle="fairlearn.metrics.selection_rate over the rows, counted with pandas",
        events=ADVERSE,
        cases=ADVERSE,
        when=Known("explanation"),
    ),
    Rate(
        name="explained_in_own_language_rate",
        kind="rate",
        orientation="favorable",
        pillar="explanation",
        ask="Do refused customers get their explanation in their own language as often?",
        formula="explanation_language equals language / adverse, explained, both languages known",
        fields=("decision", "explanation", "explanation_language", "language"),
        misleads="Languages must be written alike in both columns: en and English are two.",
        oracle="fairlearn.metrics.selection_rate over the rows, counted with pandas",
        events=ADVERSE,
        cases=ADVERSE,
        of=both(Known("explanation"), Known("explanation_language"), Known("language")),
        when=Same("explanation_language", "language"),
    ),
    Rate(
        name="explanation_complete_rate",
        kind="rate",
        orientation="favorable",
        pillar="explanation",
        ask="Do refused customers get every part of an explanation, whoever they are?",
        formula="adverse, explained, with every field of the profile / adverse, explained",
        fields=("decision", "explanation", "profile"),
        misleads="A field that is filled is not yet a good answer: coverage is not quality.",
        oracle="fairlearn.metrics.selection_rate over the rows, counted with pandas",
        events=ADVERSE,
        cases=ADVERSE,
        of=Known("explanation"),
        when=COMPLETE,
    ),
    Rate(
        name="boilerplate_share",
        kind="rate",
        orientation="adverse",
        pillar="explanation",
        ask="Do some customers get the most common text more often than others?",
        formula="explanation equals the commonest one of the log / adverse with an explanation",
        fields=("decision", "explanation"),
        misleads="Equal cases deserve equal texts; above nine in ten, nobody is told anything.",
        oracle="fairlearn.metrics.selection_rate over the rows, counted with pandas",
        events=ADVERSE,
        cases=ADVERSE,
        of=Known("explanation"),
        when=Commonest("explanation"),
    ),
)
