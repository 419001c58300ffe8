"""Shortens a person's name to what a kiosk shows in public: the first name, or an initial. Pure."""

# Titles and forms of address that stand before a name, with or without a full stop.
TITLES = frozenset({"dr", "drs", "dra", "drg", "ir", "prof", "h", "hj", "kh", "bapak", "ibu", "pak", "bu"})


def short_name(name: str) -> str | None:
    """`Dr. Siti Aminah, S.H.` → `Siti`; a name of one word is the full name, so `Suharto` → `S.`; None without letters.

    What is abbreviated is no first name: `M. Yusuf Hakim` → `Yusuf`.
    """
    # What follows a comma are academic degrees.
    words = [word for word in name.partition(",")[0].split() if any(map(str.isalpha, word))]
    named = [word for word in words if word.lower().strip(".") not in TITLES]
    whole = [word for word in named if _is_first_name(word)]
    if len(named) > 1 and whole:
        return whole[0]
    letters = [letter for word in named or words for letter in word if letter.isalpha()]
    return f"{letters[0].upper()}." if letters else None


def _is_first_name(word: str) -> bool:
    return len(word) > 1 and all(letter.isalpha() or letter in "'’-" for letter in word)
