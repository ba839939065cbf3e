"""The vocabulary is in small letters, as names are compared, and no word means two things that exclude each other."""

from segue.measurement.experiments import vocabulary

LISTS = {name: each for name, each in vars(vocabulary).items() if name.isupper()}


def test_words_are_small_and_there_once() -> None:
    for name, words in LISTS.items():
        assert [word for word in words if word != word.lower()] == [], name
        assert sorted(words) == sorted(set(words)), name


def test_no_word_means_an_arm_and_an_outcome() -> None:
    outcomes = {*vocabulary.RATE, *vocabulary.REVENUE, *vocabulary.COUNT}

    assert outcomes & {*vocabulary.ARM, *vocabulary.ARM_TOO, *vocabulary.UNIT, *vocabulary.BEFORE} == set()
