"""Machine checks of a rendered digest: used by tests, by the preview and before sending.

``check_rendered`` looks at HTML, text and subject; ``check_message`` at the finished bytes. Both
return what is wrong, an empty list is a pass. The rules carry the numbers of the project's mail
checklist (E01 to E33).
"""

from __future__ import annotations

from digest.lint.envelope import check_message
from digest.lint.html import check_html
from digest.lint.masthead import check_masthead
from digest.lint.problem import Problem
from digest.lint.reading import check_reading
from digest.render import RenderedIssue

__all__ = ["Problem", "check_masthead", "check_message", "check_rendered"]


def check_rendered(rendered: RenderedIssue) -> list[Problem]:
    """All rules that concern one rendered mail before it becomes a message."""
    return [
        *check_html(rendered.html),
        *check_reading(
            html=rendered.html,
            text=rendered.text,
            subject=rendered.subject,
            preheader=rendered.preheader,
        ),
    ]
