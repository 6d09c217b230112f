"""A draft of what the next plan could ask: the subgroups that were confirmed, as questions.

A person reads it, and adds it to the plan or does not. Nothing of today's audit hangs on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from careaudit.plan import Plan, Question
from careaudit.plan.toml_text import plain, show, show_list
from careaudit.record import Driver

HEAD = """\
# A draft by `careaudit audit`: questions for the next plan, about subgroups that a search found in
# one half of the customers and that were seen again in the other half. They say nothing of why.
# A person decides about each; then add these lines at the end of the plan."""
PRESET = """\
# This plan extends a preset. Where its segments or questions stand in the preset alone, copy them
# into the plan first: a plan's own lists replace those of its preset."""
STARRED = """\
# Inputs that become segments. A question over every segment ("*") asks about them too, then."""
OPENERS = (
    "Is", "Are", "Was", "Were", "Do", "Does", "Did", "Has", "Have", "Can", "Who", "Whose", "What",
    "Which", "How", "Of", "In", "For", "Among",
)  # fmt: skip
"""Words that a question starts with, and that are no names: small behind "By ...:"."""
ASK = "Does the rate differ between some customers and others?"


def next_plan(plan: Plan, drivers: Sequence[Driver]) -> str:
    """Write what to add to a plan so that it asks about every confirmed subgroup, as TOML.

    Empty where none was confirmed. A band of a number is no group of a segment: such a subgroup
    stands in a comment, with what it would take.
    """
    found = [one for one in drivers if one.kind == "subgroup" and one.listed]
    if not found:
        return ""
    banded = [one for one in found if any(trait.band for trait in one.traits)]
    asked = [one for one in found if one not in banded]
    names = _names(plan, asked)
    blocks = [HEAD, *([PRESET] if plan.extends else []), *([STARRED] if names else [])]
    blocks += [
        "\n".join(
            ["[[segments]]", f"name = {show(name)}", f"column = {show(column)}",
             'kind = "operational"']
        )
        for column, name in names.items()
    ]  # fmt: skip
    questions = {question.id: question for question in plan.questions}
    together: dict[tuple[str, tuple[str, ...]], list[Driver]] = {}
    for one in asked:
        parts = tuple(names.get(trait.segment, trait.segment) for trait in one.traits)
        together.setdefault((one.question, parts), []).append(one)
    ids = set(questions)
    for (question, parts), several in together.items():
        blocks.append(_question(questions[question], parts, several, _free("subgroup", ids)))
    blocks += [_comment(one) for one in banded]
    return "\n\n".join(blocks) + "\n"


def _names(plan: Plan, found: Sequence[Driver]) -> dict[str, str]:
    """A name of a segment for every input that is part of a subgroup."""
    taken = {segment.name for segment in plan.segments}
    inputs = dict.fromkeys(
        trait.segment for one in found for trait in one.traits if trait.segment not in taken
    )
    return {name: _segment(name.replace("*", " "), taken) for name in inputs}


def _segment(name: str, taken: set[str]) -> str:
    """A name that no segment has yet."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _free(stem: str, taken: set[str]) -> str:
    """An id that no question has yet."""
    number = next(k for k in range(1, len(taken) + 2) if f"{stem}-{k}" not in taken)
    taken.add(f"{stem}-{number}")
    return f"{stem}-{number}"


def _question(
    question: Question, parts: tuple[str, ...], found: Sequence[Driver], name: str
) -> str:
    limit = question.limit.model_dump(exclude_none=True)
    lines = [f"# Seen: {plain(one.name)} ({plain(one.question)})." for one in found]
    lines += [
        "[[questions]]",
        f"id = {show(name)}",
        f"ask = {show(f'By {_listed(parts)}: {_inside(question.ask or ASK)}')}",
        *([f"measure = {show(question.measure)}"] if question.measure else []),
        f"segments = {show_list(['*'.join(parts)])}",
        f"limit = {{ {', '.join(f'{key} = {value!r}' for key, value in limit.items())} }}",
        "gate = true",
        f"inconclusive = {show(question.inconclusive)}",
    ]
    return "\n".join(lines)


def _inside(ask: str) -> str:
    """A question as it stands inside a sentence."""
    return ask[:1].lower() + ask[1:] if ask.partition(" ")[0] in OPENERS else ask


def _comment(one: Driver) -> str:
    numbers = _listed([plain(trait.segment) for trait in one.traits if trait.band])
    return (
        f"# Seen too: {plain(one.name)} ({plain(one.question)}).\n"
        f"# {numbers}: numbers have no groups to ask about. Add a column with their bands to the\n"
        "# log, name it as a segment, and ask about it."
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
