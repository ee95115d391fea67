"""Names of people: what is accepted, and how they are shown."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_MIN, _MAX = 2, 50
#: Between the parts of a name: Uyghur and Tibetan names use the middle dot.
_JOINTS: Final = frozenset(" ·•.'-")
_COMPOUND: Final = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶"
    "|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|令狐|百里|呼延|东郭|南门|第五"
)


class PersonNameError(ValueError):
    """Not a name."""


def parse_name(text: str) -> str:
    """The name with its blanks put in order. Raises PersonNameError.

    Letters of any script, with blanks, dots, hyphens and apostrophes between them.
    """
    name = " ".join(unicodedata.normalize("NFC", text).replace("•", "·").split())
    if not _MIN <= len(name) <= _MAX:
        raise PersonNameError
    if not (name[0].isalpha() and all(c.isalpha() or c in _JOINTS for c in name)):
        raise PersonNameError
    return name


def mask_name(name: str) -> str:
    """The surname and a star for each further character: 张*, 欧阳**; J*** S**** in other scripts."""
    if name.isascii():
        return " ".join(word[0] + "*" * (len(word) - 1) for word in name.split())
    shown = 2 if len(name) > 2 and _COMPOUND.match(name) else 1
    return name[:shown] + "*" * (len(name) - shown)
