"""The end of a document number is a token of its own: most numbers with 99 in them go on."""

from __future__ import annotations

from storage.search_facets import NUMBER, number_terms, number_tokens
from storage.tokens import index_tokens


def test_a_running_number_is_known_by_its_end() -> None:
    tokens = number_tokens("国发〔2024〕1199号").split()
    assert {f"{NUMBER}{end}" for end in ("9号", "99号", "199号", "1199号")} <= set(tokens)
    assert f"{NUMBER}119号" not in tokens
    assert len(tokens) == len(set(tokens))


def test_what_is_asked_for_is_among_the_tokens_of_every_number_that_has_it() -> None:
    for number in (
        "国发〔2024〕1199号",
        "国令第99号",
        "某局公告2024年第99号",
        "示发〔2020〕123456号",
    ):
        tokens = f"{number_tokens(number)} {index_tokens('', others=number)}".split()
        for start in range(len(number)):
            for end in range(start + 1, len(number) + 1):
                for token, prefix in number_terms(number[start:end]):
                    held = [
                        one for one in tokens if one == token or (prefix and one.startswith(token))
                    ]
                    assert held, (number, number[start:end], token)


def test_the_end_alone_is_asked_for() -> None:
    assert number_terms("99号") == [(f"{NUMBER}99号", False)]
    assert number_terms("２０２４〕99号")[0] == (f"{NUMBER}99号", False)
    cited = number_terms("〔2024〕99号")[0]
    assert cited[0] in index_tokens("", others="国发〔2024〕99号").split()
    assert cited[0] not in index_tokens("", others="国发〔2024〕199号").split()
    assert (f"{NUMBER}99", False) in number_terms("99")
