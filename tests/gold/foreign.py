"""The samples of sources outside the mainland."""
# ruff: noqa: E501 - forms of rows read best on one line

from __future__ import annotations

from typing import Any

from tests.gold import shapes
from tests.gold.samples import Sample, feed, records
from tests.gold.shapes import Row

EN = ("english",)


def _federal_register(row: Row) -> dict[str, Any]:
    text = f"https://www.federalregister.gov/documents/full_text/html/2026/{row.item.n}.html"
    return {
        "title": row.item.title,
        "html_url": row.href,
        "body_html_url": text,
        "publication_date": row.fields["date"],
        "abstract": row.item.paragraphs[0],
        "document_number": f"2026-{row.item.n}",
        "agencies": [{"name": "Commerce Department"}, {"name": "NIST"}],
    }


SAMPLES: tuple[Sample, ...] = (
    records(
        "us-federal-register", EN,
        "https://www.federalregister.gov/documents/{y}/{m:02d}/{d:02d}/2026-{n}/sample",
        record=_federal_register, wrap=lambda rows: {"count": 8, "results": rows},
        body='<div class="rule">{body}</div>', info="", lang="en",
        fetch="https://www.federalregister.gov/documents/full_text/html/2026/{n}.html",
    ),
    feed("us-nist", EN, "https://www.nist.gov/news-events/news/{y}/{m:02d}/sample-{n}",
         zone="America/New_York"),
    feed("us-cisa", EN, "https://www.cisa.gov/news-events/alerts/{y}/{m:02d}/{d:02d}/sample-{n}"),
    feed("us-ftc", EN, "https://www.ftc.gov/news-events/news/press-releases/{y}/{m:02d}/sample-{n}",
         zone="America/New_York"),
    feed("us-mittr", EN, "https://www.technologyreview.com/{y}/{m:02d}/{d:02d}/{n}/sample/", full=True),
    Sample(
        "uk-govuk-ai", EN, "https://www.gov.uk/government/news/sample-{n}",
        lambda rows, name: shapes.atom(rows, name=name, home="https://www.gov.uk/search"), "xml",
        lambda row: shapes.article_page(
            row, lang="en", body='<main id="content"><div class="govspeak">{body}</div></main>',
            info="<p>Published {date}</p>"),
    ),
    feed("uk-fca", EN, "https://www.fca.org.uk/news/press-releases/sample-{n}", zone="Europe/London"),
    feed("eu-digital-strategy", EN, "https://digital-strategy.ec.europa.eu/en/news/sample-{n}",
         zone="Europe/Brussels"),
    feed("int-fsb", EN, "https://www.fsb.org/{y}/{m:02d}/sample-{n}/"),
    feed("int-technode", EN, "https://technode.com/{y}/{m:02d}/{d:02d}/sample-{n}/", full=True),
    records(
        "hk-hkma", ("news",), "https://www.hkma.gov.hk/chi/news-and-media/press-releases/{y}/{m:02d}/{ymd}-{n}/",
        record=lambda row: {"title": row.item.title, "link": row.href, "date": row.fields["date"]},
        wrap=lambda rows: {"header": {"success": True}, "result": {"datasize": 8, "records": rows}},
        body='<div class="template-content-area">{body}</div>',
    ),
)  # fmt: skip
