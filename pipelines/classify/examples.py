"""The examples of a taxonomy: titles that must get a label, checked against the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.classify.rules import classify
from pipelines.classify.taxonomy import Taxonomy
from pipelines.items import CleanPage, LabelGuess
from pipelines.metadata import extract_metadata


@dataclass(frozen=True, slots=True)
class Failed:
    """An example that does not get its label; ``found`` are the labels of that kind it gets."""

    kind: str
    name: str
    example: str
    found: tuple[str, ...]


def labels_of_text(taxonomy: Taxonomy, *, title: str, text: str = "") -> tuple[LabelGuess, ...]:
    """What the rules say of a title and a text that come from no page."""
    page = CleanPage(title=title, body_html="", body_text=text)
    return classify(page, extract_metadata(page), taxonomy=taxonomy)


def failed_examples(taxonomy: Taxonomy) -> tuple[Failed, ...]:
    """The examples that the rules of this taxonomy do not label as it says."""
    failed = []
    for kind, name, example in _examples(taxonomy):
        title, _, text = example.partition("\n")
        guesses = labels_of_text(taxonomy, title=title, text=text)
        found = tuple(guess.slug for guess in guesses if guess.kind == kind)
        if name not in found:
            failed.append(Failed(kind, name, example, found))
    return tuple(failed)


def _examples(taxonomy: Taxonomy) -> Iterator[tuple[str, str, str]]:
    for section in taxonomy.sections:
        yield from (("section", section.name, example) for example in section.examples)
    for doc_type in taxonomy.doc_types:
        yield from (("doc_type", doc_type.name, example) for example in doc_type.examples)
    groups = (
        ("topic", taxonomy.topics),
        ("scenario", taxonomy.scenarios),
        ("measure", taxonomy.measures),
    )
    for kind, entries in groups:
        for entry in entries:
            yield from ((kind, entry.name, example) for example in entry.examples)
