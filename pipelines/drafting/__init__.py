"""Drafts of a language model: what is asked, and how the answer is held against the source."""

from pipelines.drafting.checks import Doubt, check_draft
from pipelines.drafting.prompt import LABEL, PromptError, Question, build_question, shipped_prompt

__all__ = [
    "LABEL",
    "Doubt",
    "PromptError",
    "Question",
    "build_question",
    "check_draft",
    "shipped_prompt",
]
