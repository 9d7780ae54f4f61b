"""Labels of a page by rules: sections, document types, topics, scenarios, measures."""

from pipelines.classify.rules import classify
from pipelines.classify.taxonomy import Taxonomy, TaxonomyError, load_taxonomy

__all__ = ["Taxonomy", "TaxonomyError", "classify", "load_taxonomy"]
