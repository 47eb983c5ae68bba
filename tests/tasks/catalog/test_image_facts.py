import pytest

from tasks.catalog.image_facts import find_printed, read_facts


@pytest.mark.parametrize(
    ("caption", "material", "finish"),
    [
        ("Πλακάκι από τραβερτίνη, λειασμένο", "travertine", "honed"),
        ("Μαρμάρινη πλάκα γυαλισμένη", "marble", "polished"),
        ("Fehér márványlap, polírozott", "marble", "polished"),
        ("Стол из массива дуба, матовый", "oak", "matte"),
        ("بلاط رخام مصقول", "marble", "polished"),
        ("Lavabo in ceramica, lucido", "ceramic", "glossy"),
        ("Solid oak stool", "oak", None),
    ],
)
def test_captions_of_many_languages_give_english_materials(caption: str, material: str, finish: str | None) -> None:
    facts = read_facts(None, caption)
    assert (facts.material, facts.finish) == (material, finish)


@pytest.mark.parametrize(
    ("caption", "material", "pattern"),
    [
        ("Porcelain tile, travertine look", "porcelain", "travertine look"),
        ("Feinsteinzeug in Travertinoptik", "porcelain", "travertine look"),
        ("Gres effetto marmo", "porcelain", "marble look"),
        ("Laminált padló tölgy hatású", "laminate", "oak look"),
        ("Marble effect", None, "marble look"),
    ],
)
def test_what_only_looks_like_a_material_is_none(caption: str, material: str | None, pattern: str) -> None:
    facts = read_facts(None, caption)
    assert (facts.material, facts.pattern) == (material, pattern)


def test_the_products_own_fields_come_before_its_name_and_the_caption() -> None:
    product = {
        "name": "Teak bench",
        "material": ("Eucalyptus FSC",),
        "category": "Garden > Chairs",
        "colors": ("grey",),
    }
    facts = read_facts(product, "white marble table")
    assert facts.material == "eucalyptus fsc"
    assert (facts.category, facts.subcategory) == ("furniture", "chair")
    assert facts.colors == ("grey",)
    assert facts.mentioned_colors == ("white",)


def test_the_thing_is_named_before_its_parts() -> None:
    assert read_facts(None, "Sofa with leather cushion and wooden frame").subcategory == "sofa"


def test_a_light_shade_is_no_lamp() -> None:
    assert read_facts(None, "Light Emperador").category is None


def test_running_text_does_not_describe_the_image() -> None:
    prose = "Our marble comes from the island of Thassos. " * 8 + "Ask for AK-2501."
    facts = read_facts(None, prose)
    assert facts.material is None
    assert facts.printed == ("AK-2501",)


def test_nothing_known_gives_nothing() -> None:
    assert not any(read_facts(None, None))
    assert not any(read_facts({}, "La dolce vita"))


def test_printed_marks_are_verbatim_in_their_order() -> None:
    text = "Villeroy AK2501 Fliese 60 x 120 cm, R10, RAL 7016, IP65"
    assert find_printed(text, "VILLEROY") == ["Villeroy", "AK2501", "60 x 120 cm", "R10", "RAL 7016", "IP65"]
