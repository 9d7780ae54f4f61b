"""``dibao digest relevance``: what an edition would leave out, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.commands.context import (
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    fail,
    now_utc,
    open_app,
)
from crawler.commands.output import print_rows


def relevance(
    edition: Annotated[str, typer.Option(help="Key of the edition.")] = "weekly",
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is kept, with its score.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which new items the newest finished period leaves out, with score and reason."""
    from digest.editions import edition_by_key, period_at
    from digest.errors import DigestError
    from digest.relevance import judged_documents

    with open_app(config) as state, state.db.reader() as session:
        now = now_utc()
        try:
            chosen = edition_by_key(state.config.digest, edition)
        except DigestError as error:
            raise fail(str(error), code=EXIT_USAGE) from error
        judged = judged_documents(session, edition=chosen, period=period_at(chosen, now), now=now)
        rows = [
            {
                "id": row.found.document.id,
                "kept": row.kept,
                "score": row.relevance.score,
                "reason": row.reason,
                "title": row.found.document.title,
                "source": row.found.source_title,
            }
            for row in judged
            if everything or not row.kept
        ]
    columns = {"id": "编号", "kept": "刊登", "score": "相关度", "reason": "理由", "title": "标题"}
    print_rows(
        rows, columns=columns, as_json=as_json, empty="没有会被略去的条目 / nothing left out"
    )
    if not as_json:
        left = sum(not row.kept for row in judged)
        typer.echo(
            f"{len(judged)} 条中略去 {left} 条；门槛 min_relevance = {chosen.min_relevance:g}"
            f" / {left} of {len(judged)} left out"
        )
