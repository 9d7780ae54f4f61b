"""``dibao subscriber wishes``: what of an edition one reader receives."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.commands.context import EXIT_USAGE, ConfigOption, JsonOption, fail, open_app
from crawler.commands.output import print_json

Words = list[str] | None


def wishes(
    address: Annotated[str, typer.Argument(help="Mail address of a reader.")],
    edition: Annotated[str, typer.Option(help="Key of the edition.")] = "weekly",
    topic: Annotated[Words, typer.Option(help="Only this topic (may be repeated).")] = None,
    word: Annotated[Words, typer.Option(help="Or with this word in title or summary.")] = None,
    not_word: Annotated[Words, typer.Option(help="Never with this word.")] = None,
    region: Annotated[Words, typer.Option(help="Only this region, as printed: 浙江.")] = None,
    section: Annotated[Words, typer.Option(help="Only this section.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Everything again.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show or set a reader's wishes; options given replace all wishes stored before."""
    from digest.narrow import Wishes, read_wishes, stored
    from storage.subscribers import find_subscriber, recipients, set_filters

    given = Wishes(
        topics=tuple(topic or ()),
        regions=tuple(region or ()),
        sections=tuple(section or ()),
        keywords=tuple(word or ()),
        not_words=tuple(not_word or ()),
    )
    with open_app(config) as state:
        with state.db.reader() as session:
            found = find_subscriber(session, address)
            if found is None:
                raise fail(f"没有此订阅者 / no such subscriber: {address}", code=EXIT_USAGE)
            reader = found.id
            rows = recipients(session, edition=edition)
        before = next((row.filters for row in rows if row.subscriber_id == reader), None)
        if before is None:
            raise fail(f"没有在收这一版 / no such subscription: {edition}", code=EXIT_USAGE)
        now = read_wishes(before)
        if given.words or clear:
            now = given
            with state.db.writer() as session:
                set_filters(session, subscriber_id=reader, edition=edition, filters=stored(now))
    if as_json:
        print_json({"address": address, "edition": edition, "wishes": stored(now)})
        return
    typer.echo(f"{address} · {edition}：{'、'.join(now.words) or '全部 / everything'}")
