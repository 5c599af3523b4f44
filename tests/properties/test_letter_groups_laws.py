"""Laws of letter groups: many words as arrays are read as one string is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from entitynorm.text.letter_groups import LINE_END, LetterGroups
from entitynorm.text.sound_tables import NO_PHONE, phone_numbers
from entitynorm.text.sounds import plain_table

_GROUPS = [group for group, _ in plain_table().groups]
_WORD = st.lists(st.sampled_from([*_GROUPS, *"aeioucshtzdkx", "ß", "7", "😀"]), max_size=8).map("".join)


def _number(sign: str) -> int:
    return LINE_END if sign == "\n" else phone_numbers(sign)[0]


@given(st.lists(_WORD, max_size=5).map("\n".join))
def test_arrays_are_read_as_strings_are(lines: str) -> None:
    read = LetterGroups(plain_table()).read(np.frombuffer(lines.encode("utf-16-le"), np.uint16))
    alone = [_number(sign) for sign in plain_table()(lines)]
    assert [n for n in read.tolist() if n != NO_PHONE] == [n for n in alone if n != NO_PHONE]
