from tasks.catalog.key_sets import KeySet


def test_every_key_counts_once_however_many_there_are() -> None:
    keys = KeySet()
    assert [keys.add(str(number)) for number in range(10_000)] == [True] * 10_000
    keys.update(str(number) for number in range(5_000, 12_000))
    assert len(keys) == 12_000
    assert not keys.add("0")
