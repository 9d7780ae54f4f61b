"""``dibao draft``: a summary drafted by the configured model, held against the source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_TRY_LATER,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    fail,
    open_app,
)
from crawler.commands.output import print_json

if TYPE_CHECKING:
    from review.drafting import Draft


def register(app: typer.Typer) -> None:
    """Add the command to the root application."""
    app.command()(draft)


def draft(
    item: Annotated[int, typer.Argument(help="Number of the item (see `dibao search`).")],
    show_prompt: Annotated[
        bool, typer.Option("--show-prompt", help="Print what would be sent; send nothing.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft a summary of one item with the model of [draft] (off by default); stores nothing."""
    from pipelines.drafting import PromptError
    from review.drafting import DraftError, make_draft, material_of, prompt_for
    from storage.documents import get_document

    with open_app(config) as state:
        with state.db.reader() as session:
            document = get_document(session, item)
            if document is None:
                raise fail(f"没有这个条目 / no such item: {item}", code=EXIT_USAGE)
            material, url = material_of(session, document), document.url
        settings = state.config.draft
    try:
        if show_prompt:
            typer.echo(prompt_for(material, settings), nl=False)
            return
        made = make_draft(material, settings)
    except (DraftError, PromptError) as error:
        code = EXIT_TRY_LATER if error.retry else EXIT_FAILED
        raise fail(f"[{error.code}] {error}", code=code) from error
    _show(made, title=material.title, url=url, as_json=as_json)


def _show(made: Draft, *, title: str, url: str, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "label": made.label,
                "text": made.text,
                "model": made.model,
                "source": url,
                "source_cut": made.source_cut,
                "doubts": [{"kind": doubt.kind, "text": doubt.text} for doubt in made.doubts],
            }
        )
        return
    typer.echo(f"【{made.label}】{made.text}\n\n原文 / source: {title} {url}")
    for doubt in made.doubts:
        typer.secho(
            f"! 原文中找不到 / not in the source: {doubt.text}", fg=typer.colors.YELLOW, err=True
        )
    if made.source_cut:
        typer.echo("正文过长，只发送了开头 / only the front of the text was sent", err=True)
