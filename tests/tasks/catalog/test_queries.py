from tasks.catalog.queries import read_terms


def test_function_words_tell_nothing_and_each_word_counts_once() -> None:
    assert [term.word for term in read_terms("a chair with the arms of a chair")] == ["chair", "arms"]
    assert [term.word for term in read_terms("τραπέζι με μάρμαρο")] == ["τραπεζι", "μαρμαρο"]
    assert read_terms("the of and") == []
    assert read_terms("") == []


def test_a_size_is_one_word_however_it_is_written_in_either_unit() -> None:
    for text in ("60x60", "60 x 60", "60×60", "60 X 60"):
        [term] = read_terms(text)
        assert term.exact == ("60x60", "600x600", "6x6")
    [term] = read_terms("11,8 x 11,8")
    assert term.exact == ("11.8x11.8", "118x118", "1.18x1.18")


def test_codes_keep_their_separators() -> None:
    assert [term.word for term in read_terms("ST-7001 KB.12/4")] == ["st-7001", "kb.12/4"]


def test_inflected_forms_share_a_start() -> None:
    assert read_terms("chairs")[0].starts == ("chair",)
    assert "κοκκινο".startswith(read_terms("κόκκινη")[0].starts)
    assert read_terms("oak")[0].starts == ()


def test_a_word_of_the_trade_is_also_looked_up_in_english() -> None:
    assert "marble" in read_terms("μάρμαρο")[0].exact
    assert "marble" in read_terms("мрамор белый")[0].exact
