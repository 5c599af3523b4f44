"""The head of an institution's name, alone behind an article."""

import entitynorm

LINKER = entitynorm.load(
    [
        {"id": "org:33", "type": "ORG", "name": "33rd Front"},
        {"id": "org:council", "type": "ORG", "name": "Transitional Presidential Council"},
        {"id": "org:army", "type": "ORG", "name": "People's Liberation Army"},
    ]
)


def linked(text: str) -> list[str]:
    return [m.surface for m in LINKER.link(text).mentions if m.id]


def test_the_only_one_of_its_kind() -> None:
    assert linked("Talks with the 33rd Front failed. The Front said so.") == ["33rd Front", "Front"]


def test_not_before_the_full_name_and_not_without_article() -> None:
    assert linked("The Front said so. Talks with the 33rd Front failed, as Front men knew.") == ["33rd Front"]


def test_not_where_the_text_has_another() -> None:
    assert linked("The 33rd Front and the Eastern Front fought. The Front said so.") == ["33rd Front"]


def test_a_possessive_is_no_head() -> None:
    assert linked("The People's Liberation Army sailed. The People's Armed Police stayed.")[1:] == []
