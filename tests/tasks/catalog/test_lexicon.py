import pytest

from tasks.catalog.lexicon import Language, detect_language, find_terms


def name_all(text: str) -> list[str]:
    return [term.concept for term in find_terms(text)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Brushed oak floor", "en"), ("Μαρμάρινα πλακάκια", "el"), ("мраморная плитка", "ru"),
        ("płytki z marmuru do łazienki", "pl"), ("بلاط رخام", "ar"), ("gyapjúszőnyeg a nappaliba", "hu"),
        ("Tisch aus Eiche", "de"), ("tavolo in legno di rovere", "it"), ("table en bois de chêne", "fr"),
        ("mesa de madera de roble", "es"),
    ],
)  # fmt: skip
def test_languages_are_told_apart(text: str, language: Language) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["", "60x60", "AK-2501", "橡木地板"])
def test_what_is_of_no_known_language_has_none(text: str) -> None:
    assert detect_language(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "marble tile for the bathroom", "πλακάκια μαρμάρου για το μπάνιο", "мраморную плитку для ванной",
        "płytki z marmuru do łazienki", "بلاط من الرخام للحمام", "márványcsempék fürdőszobába",
        "Fliesen aus Marmor für das Badezimmer", "piastrelle di marmo per il bagno",
        "carreaux de marbre pour la salle de bains", "azulejos de mármol para el baño",
    ],
)  # fmt: skip
def test_inflected_words_of_all_languages_name_the_same_ideas(text: str) -> None:
    assert {"marble", "tile", "bathroom"} <= set(name_all(text))


def test_compounds_are_taken_apart() -> None:
    assert name_all("gyapjúszőnyegek") == ["wool", "rug"]
    assert name_all("Lederhocker") == ["leather", "stool"]


def test_the_longest_name_wins() -> None:
    assert name_all("a stainless steel table lamp") == ["stainless steel", "table lamp"]


def test_words_inside_other_words_are_not_found() -> None:
    assert name_all("stable Redmond Coalport") == []


def test_terms_count_the_words_they_stand_for() -> None:
    terms = find_terms("Tile, white, of cast iron")
    assert [(term.concept, term.start, term.end) for term in terms] == [
        ("tile", 0, 1),
        ("white", 1, 2),
        ("cast iron", 3, 5),
    ]
