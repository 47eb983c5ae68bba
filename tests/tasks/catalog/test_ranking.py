import pytest

from tasks.catalog.ranking import PROFILES, SEARCH_VIEWS, TEXT_PARTS, Evidence, calibrate, choose_profile, fuse


def test_the_weights_of_every_profile_sum_to_one() -> None:
    for profile, weights in PROFILES.items():
        assert set(weights) == set(SEARCH_VIEWS), profile
        assert sum(weights.values()) == pytest.approx(1.0), profile
    assert sum(TEXT_PARTS.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("query", "profile"),
    [
        ("Näve lounge chair", "product_name"),
        ("NÄVE LOUNGE CHAIR", "product_name"),
        ("marble 60x60", "specification"),
        ("table 120 x 80 cm", "specification"),
        ("navy blue", "color_finish"),
        ("matt", "color_finish"),
        ("herringbone", "texture_pattern"),
        ("marble", "material_search"),
        ("μάρμαρο", "material_search"),
        ("мрамор", "material_search"),
        ("scandinavian", "style_aesthetic"),
        ("something to sit on", "balanced"),
    ],
)
def test_the_first_profile_that_fits_wins(query: str, profile: str) -> None:
    assert choose_profile(query, ["Näve lounge chair"]) == profile


def test_a_missing_view_is_left_out_and_the_others_fill_its_place() -> None:
    weights = {"visual": 0.2, "color": 0.3, "texture": 0.5}
    score, voices = fuse(weights, {"visual": Evidence(0.5, "a"), "color": Evidence(1.0, "b")})
    assert score == pytest.approx((0.2 * 0.5 + 0.3 * 1.0) / 0.5)
    assert {voice.view: voice.weight for voice in voices} == pytest.approx({"visual": 0.4, "color": 0.6})
    assert voices[0].view == "color"  # the one that gave most comes first


def test_a_view_that_was_asked_and_found_nothing_counts_as_nothing() -> None:
    weights = {"a": 0.5, "b": 0.5}
    assert fuse(weights, {"a": Evidence(0.8, ""), "b": Evidence(0.0, "")})[0] == pytest.approx(0.4)


def test_without_a_view_of_weight_there_is_no_score() -> None:
    assert fuse({"a": 1.0}, {"b": Evidence(1.0, "")}) == (0.0, ())
    assert fuse({"a": 1.0}, {}) == (0.0, ())


def test_similarity_starts_where_unrelated_things_end() -> None:
    assert [calibrate(cosine, 0.6) for cosine in (0.1, 0.6, 0.8, 1.0, 1.0001)] == pytest.approx([0, 0, 0.5, 1, 1])
