"""Two words for each disclosure, and a list of words that are not mistaken for each other on a bad line."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

from irmacall.core.ids import SealedId
from irmacall.service.two_words import Pairs, words

KEY = bytes(range(32))
SPELT = (
    ("ij", "Y"), ("ei", "Y"), ("ui", "Q"), ("eeuw", "Ew"), ("ieuw", "Iw"), ("ouw", "W"), ("auw", "W"), ("ou", "W"),
    ("au", "W"), ("oe", "U"), ("eu", "O"), ("ie", "i"), ("sch", "sx"), ("ch", "x"), ("ng", "N"), ("nk", "Nk"),
    ("ph", "f"), ("th", "t"), ("qu", "kw"), ("c", "k"), ("g", "x"), ("v", "f"), ("z", "s"), ("y", "i"), ("dt", "t"),
)  # fmt: skip
"""What is spelt so sounds so; what some people do not tell apart (v and f, z and s, g and ch) is one sound here."""
UNFIT = frozenset(
    {
        "aap",
        "dief",
        "dood",
        "ezel",
        "gans",
        "geit",
        "heks",
        "hond",
        "kip",
        "koe",
        "kwal",
        "lijk",
        "moord",
        "muts",
        "poes",
    }
    | {
        "pop",
        "pruim",
        "rat",
        "reus",
        "schaap",
        "slang",
        "slak",
        "trut",
        "uil",
        "varken",
        "vrek",
        "wapen",
        "worm",
        "zak",
    }
)
"""Said to a caller, each of these may hurt; there are more, and whoever adds a word thinks of them."""


def sounds(word: str) -> str:
    """About how it sounds: one sign a sound, long and short vowels alike, ends without a voice."""
    for spelt, sound in SPELT:
        word = word.replace(spelt, sound)
    word = re.sub(r"(.)\1", r"\1", word)
    for end, sound in (("d$", "t"), ("b$", "p"), ("en$", "e")):
        word = re.sub(end, sound, word)
    return word


def apart(one: str, other: str) -> int:
    """How many sounds must change to make the one of the other (Levenshtein)."""
    before = list(range(len(other) + 1))
    for i, mine in enumerate(one, 1):
        row = [i]
        for j, theirs in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (mine != theirs)))
        before = row
    return before[-1]


def test_there_are_enough_words_and_each_is_easy_to_say_and_to_read() -> None:
    """At least 256, once each, in order, in small letters without accents, of one to four syllables."""
    assert len(words()) >= 256
    assert list(words()) == sorted(set(words()))
    for word in words():
        assert re.fullmatch(r"[a-z]{3,9}", word), word
        assert 1 <= len(re.findall(r"[aeiouy]+", word.replace("ij", "y"))) <= 4, word


def test_no_two_words_sound_alike() -> None:
    """At least two sounds differ between any two, and none is a part of another."""
    heard = {word: sounds(word) for word in words()}
    for one, other in combinations(words(), 2):
        assert apart(heard[one], heard[other]) >= 2, f"{one} and {other} sound alike"
        assert one not in other, f"{one} is heard in {other}"
        assert other not in one, f"{other} is heard in {one}"


def test_what_sounds_alike_is_found() -> None:
    """The test above would find these."""
    for one, other in (("kat", "kad"), ("maan", "man"), ("zee", "see"), ("reis", "rijs"), ("kast", "gast")):
        assert apart(sounds(one), sounds(other)) < 2


def test_no_word_offends() -> None:
    """None of those that hurt when they are said to somebody."""
    assert not UNFIT & set(words())


def test_a_disclosure_has_two_words_of_its_own_wherever_they_are_asked_for() -> None:
    """The same at both servers and after a restart; others under another key, and for another disclosure."""
    one, again = Pairs(KEY), Pairs(bytes(KEY))
    sealed = [SealedId(f"sealed{number}") for number in range(500)]
    assert [one.of(each) for each in sealed] == [again.of(each) for each in sealed]
    assert sum(one.of(each) == Pairs(b"another key").of(each) for each in sealed) <= 1
    assert len({(pair.staff, pair.citizen) for pair in map(one.of, sealed)}) > 490


def test_the_two_differ_and_none_is_drawn_more_often_than_chance() -> None:
    """Whoever heard one of them can only guess the other."""
    pairs = [Pairs(KEY).of(SealedId(f"sealed{number}")) for number in range(20_000)]
    assert all(pair.staff != pair.citizen for pair in pairs)
    for drawn in (Counter(pair.staff for pair in pairs), Counter(pair.citizen for pair in pairs)):
        assert set(drawn) == set(words())
        assert max(drawn.values()) < 2 * len(pairs) / len(words())


def test_they_are_never_printed() -> None:
    """A log line that holds them would let somebody say them."""
    pair = Pairs(KEY).of(SealedId("sealed1"))
    assert pair.staff not in repr(pair)
    assert pair.citizen not in f"{pair}"
