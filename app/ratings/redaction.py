"""Takes personal data out of a citizen's words before they are stored (UU 27/2022: no more than needed).

Found by form alone, without a dictionary of names: NIK, NIP, telephone numbers, e-mail addresses and vehicle
plates. A run of digits that is as long as an identity number goes; the numbers an office talks about
(prices, dates, hours, queue numbers, regulations) stay.

A text is looked at as it is seen (`rules/as_seen.py`): digits of every script, wide and circled ones are digits, and
what takes no room hides nothing. What is not taken out stays as it was written.

Every repetition is bounded, or possessive and begun only where a word or a number begins, so the time is
linear in the length of the text whatever the text is. No boundary of an item depends on something that
another item may take away, so redacting twice is redacting once.
"""

import re

from app.ratings.rules.as_seen import Seen, as_seen
from app.ratings.schemas import LONGEST_COMMENT

# Between digits people type spaces, dots, hyphens and underscores. Two lines are two numbers, and so are two figures
# with a comma or a slash between them, unless what they make has the shape of an item (`_WIDE`).
_BETWEEN = r" \t._\-"
_GAP = rf"[{_BETWEEN}]{{0,3}}+"
_PHONE_GAP = rf"[{_BETWEEN}()]{{0,4}}+"
_WIDE = rf"[{_BETWEEN}/,\n]"
_WIDE_GAP = rf"{_WIDE}{{0,3}}+"
# Only stretches with at least six digits are looked at closely, which keeps an ordinary comment cheap.
_RUN = re.compile(rf"[+(\doO](?<![^\W\d_][oO])(?:[{_BETWEEN}()/+,\n]{{0,4}}+\d){{5,}}+")

# Ordinary figures whose digits could be taken for a part of a longer number.
_DATE = rf"\d{{1,2}}[{_BETWEEN}]{{1,3}}+\d{{1,2}}[{_BETWEEN}]{{1,3}}+(?:19|20)\d\d(?!\d)"
_HOUR = r"(?:[01]\d|2[0-3])\.[0-5]\d(?!\d)"
_THOUSANDS = r"\d{1,3}(?:\.\d{3}){1,6}+(?!\d|\.\d)"
_WIDE_DATE = rf"\d{{1,2}}{_WIDE}{{1,3}}+\d{{1,2}}{_WIDE}{{1,3}}+(?:19|20)\d\d(?!\d)"
_A_YEAR = r"(?:19|20)\d\d(?!\d)"

# Birth, appointment, sex, serial. A PPPK's number has a contract number where the month of appointment would
# be, so those two digits may be anything.
_YEAR = r"(?:19[4-9]\d|20[0-4]\d)"


def _nip(gap: str) -> str:
    """A NIP with this between its digits."""
    birth = rf"{_YEAR}{gap}(?:0[1-9]|1[0-2]){gap}(?:0[1-9]|[12]\d|3[01])"
    return rf"{birth}{gap}{_YEAR}(?:{gap}\d){{2}}{gap}[12](?:{gap}\d){{3}}"


_NIP = re.compile(rf"(?<!\d)(?:\d{{18}}|{_nip(_GAP)}|{_nip(_WIDE_GAP)})(?!\d)")


# Fifteen to seventeen digits on end are taken as they are: people leave one out or type one twice. Spread over groups
# they must hold a birth date where a NIK has one (a woman's day is 40 higher) and no written date, or be four groups
# of four that are not years: opening hours and lists of dates are as many digits, too.
def _nik(gap: str, region: str, serial: str) -> str:
    """A NIK with this between its digits, and so many of them before and behind the date of birth."""
    day = rf"(?:[04]{gap}[1-9]|[1256]{gap}\d|[37]{gap}[01])"
    month = rf"(?:0{gap}[1-9]|1{gap}[0-2])"
    return rf"[1-9](?:{gap}\d){region}{gap}{day}{gap}{month}(?:{gap}\d){serial}"


_NO_DATE = rf"(?!(?:\d{_GAP}){{0,8}}?(?<!\d){_DATE})"
_NO_WIDE_DATE = rf"(?!{_THOUSANDS})(?!(?:\d{_WIDE_GAP}){{0,8}}?(?<!\d){_WIDE_DATE})"
_WIDE_NIK = "|".join(_nik(_WIDE_GAP, *lengths) for lengths in (("{5}", "{5,7}"), ("{4}", "{6}"), ("{6}", "{6}")))
_GROUPED_NIK = rf"{_NO_DATE}{_nik(_GAP, '{5}', '{6}')}|{_NO_WIDE_DATE}(?:{_WIDE_NIK})"
_FOURS = rf"(?!(?:(?:19|20)\d\d\D){{3}})[1-9]\d{{3}}(?:[{_BETWEEN}]\d{{4}}){{3}}"
_NIK = re.compile(rf"(?<!\d)(?:\d{{16}}|(?!00|628)\d{{15}}|\d{{17}}|{_FOURS}|{_GROUPED_NIK})(?!\d)")

# The last two digits stand together, so that "0812 3456 7890 5 kali" keeps its 5.
_AREA = r"[2-79]\d{1,2}"
_LOCAL = rf"(?!{_DATE}|{_HOUR})[2-9](?:{_PHONE_GAP}\d){{3,6}}\d"
_SUBSCRIBER = rf"8[1-9](?:\d{{8,12}}|(?:{_PHONE_GAP}\d){{5,9}}\d)"
_ABROAD = rf"(?:\((?=\+\d{{1,3}}\)))?\+{_GAP}(?:62|(?!{_THOUSANDS})[1-9]\d)(?:{_PHONE_GAP}\d){{6,11}}\d"
# 62 without a plus may be an amount: 62.812.345.678.
_BARE_62 = (
    rf"(?:\((?=62\)))?(?:00|(?!{_THOUSANDS}))62{_PHONE_GAP}(?:0{_PHONE_GAP})?"
    rf"(?:{_SUBSCRIBER}|{_AREA}{_PHONE_GAP}{_LOCAL})"
)
# The nought may be a letter o. Set apart, 08 starts a number only if three digits follow that are no year:
# otherwise it is a day, a month or an hour.
_MOBILE = rf"(?:\((?=[0oO]8\d{{1,3}}\)))?[0oO]{_SUBSCRIBER}"
_SPREAD_MOBILE = rf"0(?: 8|8[ .-](?!(?:19|20)\d\d(?!\d)))[1-9]\d\d(?:{_PHONE_GAP}\d){{5,7}}\d"
_DIGITWISE_MOBILE = r"0(?P<one>[ .,/\n-])8(?:(?P=one)\d){8,11}|08(?P<two>[ .,/\n-])[1-9]\d(?:(?P=two)\d\d){4}\d?"
# The area code is set apart, or the whole is as long as a landline's number.
_LANDLINE = rf"(?:\((?=\d{{3,4}}\)))?0{_AREA}(?:[{_BETWEEN})/]{{1,4}}+{_LOCAL}|[2-9]\d{{5,7}})"
_PHONE = re.compile(
    rf"(?:{_ABROAD}|(?<!\d)(?:{_BARE_62}|{_MOBILE}|{_SPREAD_MOBILE}|{_DIGITWISE_MOBILE}|{_LANDLINE}))(?!\d)"
)

# Groups with commas, slashes or line breaks between them: of a mobile number at least three and none a year. And a
# number that a line's end cut in two: whoever reads its first line alone would find it too short.
_HEAD = rf"(?:\+?{_GAP}62{_WIDE_GAP}(?:0{_GAP})?|0)8[1-9]"
_WIDE_MOBILE = (
    rf"{_HEAD}\d{{1,2}}(?P<gap> ?[/,\n] ?)(?!0[89]|{_A_YEAR})\d{{3,5}}(?:(?P=gap)(?!{_A_YEAR})\d{{2,5}}){{1,2}}"
)
_BROKEN_MOBILE = rf"{_HEAD}(?:{_PHONE_GAP}\d){{0,6}} ?-?\n-? ?(?!{_A_YEAR})\d(?:{_PHONE_GAP}\d){{2,9}}"
_WIDE_LANDLINE = rf"\(?0{_AREA}\)? ?[,\n] ?(?!{_WIDE_DATE})[2-9]\d\d[ -]?\d{{3,4}}"
_NINE_TO_FIFTEEN = rf"(?=[+(]?\d(?:[{_BETWEEN}/,\n()]{{0,4}}+\d){{8,14}})"
_WIDE_PHONE = re.compile(
    rf"(?<!\d)(?!{_THOUSANDS}){_NINE_TO_FIFTEEN}(?:{_WIDE_MOBILE}|{_BROKEN_MOBILE}|{_WIDE_LANDLINE})(?!\d)"
)

# After a word such as WA or telp. a number may lack its nought or its area code.
_CUE = re.compile(
    r"(?<![a-z])(?:hp|wa|whatsapp?|telp?|tlpn?|telpon|telepon|hub|hubungi|kontak)"
    r"(?:[ .:;=\n-]|saya|sy|aku|ku|nya|nomor|nomer|nmr|no|rumah|rmh|kantornya|kantor|ke|di|aja|admin|hp|wa"
    r"|bapak|pak|ibu|bu){0,8}+$",
    re.IGNORECASE,
)
_CUED_PHONE = re.compile(
    rf"(?:(?!{_THOUSANDS}){_SUBSCRIBER}|(?!\d{{3,5}}000(?!\d))[2-9]\d{{5,7}}|[2-9]\d\d-\d{{4}})(?!\d)"
)

# An address has an unspaced @, or a spaced or spelled-out one before a well-known ending.
_NAME = r"[\w.+%-]"
_LABEL = r"[a-z0-9-]++"
_ENDING = r"(?:com|net|org|co|go|ac|or|sch|web|my|desa|gov|edu|id)"
_PROVIDER = r"(?:gmail|g-mail|yahoo|ymail|hotmail|outlook|icloud|live|rocketmail|protonmail|proton)"
_DOT = r"(?:\.| ?[(\[{] ?(?:dot|titik) ?[)\]}] ?| (?:dot|titik) )"
_LOOSE_DOT = rf"(?:{_DOT}| ?[.,] ?)"
# Endings are followed by no letter; a digit may follow, for it may start a telephone number.
_END = r"(?![a-z])"
_AT_PROVIDER = rf"{_PROVIDER}(?:{_LOOSE_DOT}?{_ENDING}(?:{_LOOSE_DOT}[a-z]{{2}})?)?{_END}"
_AT_DOMAIN = (
    rf"@(?:{_LABEL}(?:\.{_LABEL}){{0,4}}?\.{_ENDING}(?:\.[a-z]{{2}})?{_END}"
    rf"|{_LABEL}(?:\.{_LABEL}){{0,3}}\.[a-z]{{2,10}}{_END}|{_AT_PROVIDER})"
)
# It starts with the first character of a name (written so because the engine skips to it quickly), and what
# is glued to an address and is one itself goes with it.
_EMAIL = re.compile(rf"{_NAME}(?<!{_NAME}{{2}})(?:{_NAME}*+{_AT_DOMAIN})++", re.IGNORECASE)
_HINT_OF_SPELLED_EMAIL = re.compile(r"[ (\[{<](?:(?:at|et)[ )\]}>]|@)|@ ", re.IGNORECASE)
# "pakai akun @yahoo.com" names no account.
_NO_NAME = (
    r"(?!(?:e-?mail|akun|alamat|domain|harus|hrs|pakai|pake|pk|bukan|dan|atau|yang|yg|ke|di|dari)"
    rf"(?!{_NAME}))"
)
_SPELLED_AT = r"(?: ?[(\[{<] ?(?:at|et|@) ?[)\]}>] ?| {1,2}(?:at|et) {1,2})"
_SPACED_AT = r" {0,2}@ {0,2}"
_AT_SPELLED_DOMAIN = (
    rf"(?:{_SPELLED_AT}{_AT_PROVIDER}"
    rf"|{_SPACED_AT}{_PROVIDER}{_LOOSE_DOT}{_ENDING}(?:{_DOT}[a-z]{{2}})?{_END}"
    rf"|(?:{_SPELLED_AT}|{_SPACED_AT}){_LABEL}(?:{_DOT}{_LABEL}){{0,3}}?{_DOT}{_ENDING}(?:{_DOT}[a-z]{{2}})?{_END})"
)
_SPELLED_EMAIL = re.compile(
    rf"(?<!{_NAME}){_NO_NAME}(?:[\w+-]++ (?:dot|titik) ){{0,2}}+{_NAME}(?:{_NAME}*+{_AT_SPELLED_DOMAIN})++",
    re.IGNORECASE,
)

# The letters are the registration areas of the police; the series has up to three letters.
_HINT_OF_PLATE = re.compile(r"\d[ ._-]{0,3}[A-Za-z]{1,3}(?!\w)")
_PLATE = re.compile(
    r"(?<!\w)(?P<area>A[ABDEG]?|B[ABDEGHKLMNP]?|D[ABCDEGHKLMNPRSTW]?|E[ABD]?|K[BHTU]?|P[ABGSTY]?|[FGHLMNRSTWZ])"
    r"(?P<gap>[ ._-]{0,3})(?P<number>[1-9]\d{0,3})(?P<gap2>[ ._-]{0,3})(?P<series>[A-Z]{1,3})(?!\w)",
    re.IGNORECASE,
)
_VEHICLE = re.compile(
    r"\b(?:plat|pelat|nopol|no\.? ?pol|polisi|mobil|motor|kendaraan|truk|angkot|stnk|bpkb)(?:nya)?"
    r"[ .:,(=-]{0,3}(?:(?:plat|no|nomor|dinas|merah|hitam|kuning|putih)[ .:,(=-]{1,3}){0,2}$",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:antr[ie]\w*|urut|tiket|loket|ruang\w*|gedung|blo?k|lantai|lt|kamar|gate|poli|[ck]ounter|meja|kode"
    r"|kelas|perum\w*|griya|gang|gg|jl|no|nomor|nomer|nmr)[ .:,(=-]{1,3}$",
    re.IGNORECASE,
)
# What follows a number in everyday writing ("A 123 di", "D 500 rb") and is as short as a series.
_SHORT_WORD = re.compile(
    "di|ke|dr|dan|yg|ya|jam|org|thn?|bln?|hr|mgg|pak|bu|mas|mba|pas|dgn?|utk|tpi?|sdh|udh|blu?m|itu|ini|aja|lho?|loh"
    "|deh|sih|nih|kok|kan|jdi?|jga?|krn|tdk|gak?|gk|rb|jt|km|kg|gr|cm|mm?|lbr|pcs|bh|wi[bt]|st|rt|rw|no|lt|an"
    "|nya|sy|aku|ku|kmi|dia|cma|bsa?|bgt|msh|lgi?|pd|sma?|kl[ou]?|smp|sd|mnt|dtk|hal|ktp|kk|sim|kia|pns|asn|va"
    "|cc|ps|rpm|x|dpt|lwt|ada|apa|mau|tau",
    re.IGNORECASE,
)
_AREAS_LIKE_WORDS = frozenset(("dr", "dg", "pa", "ku", "de", "da"))


def redact(text: str) -> str:
    """The text with each personal item replaced by [NIK], [NIP], [telepon], [email] or [plat].

    At most `LONGEST_COMMENT` characters: a word in brackets may be longer than what it replaces, and then the
    end of the text is cut off.
    """
    cleaned = _without_personal_data(text)
    # A cut can make a telephone number of a run too long for one, so what is left is looked at again.
    while len(cleaned) > LONGEST_COMMENT:
        cleaned = _without_personal_data(_cut(cleaned))
    return cleaned


def _cut(text: str) -> str:
    """The start of a text that is too long, without a half of a word in brackets at its end."""
    return re.sub(r"\[\w{0,7}$", "", text[:LONGEST_COMMENT])


def _without_personal_data(text: str) -> str:
    """E-mail first, for a number may be a part of an address; then numbers, then plates."""
    seen = as_seen(text)
    if "@" in seen.seen:
        seen = seen.replaced(_EMAIL, _email)
    if _HINT_OF_SPELLED_EMAIL.search(seen.seen):
        seen = seen.replaced(_SPELLED_EMAIL, _email)
    seen = seen.replaced(_RUN, _without_numbers)
    if _HINT_OF_PLATE.search(seen.seen):
        seen = seen.replaced(_PLATE, _plate)
    return seen.text()


def _email(_: re.Match[str], item: Seen) -> Seen:
    return item.word("[email]")


def _plate(found: re.Match[str], item: Seen) -> Seen | None:
    return item.word("[plat]") if _is_plate(found) else None


def _without_numbers(found: re.Match[str], run: Seen) -> Seen | None:
    """A stretch of digits without identity and telephone numbers, the longer ones first; None if there are none."""
    left = run.replaced(_NIP, lambda _, item: item.word("[NIP]"))
    left = left.replaced(_NIK, lambda _, item: item.word("[NIK]"))
    for pattern in (_WIDE_PHONE, _PHONE):
        left = left.replaced(pattern, lambda _, item: item.word("[telepon]"))
    cued = _CUED_PHONE.match(left.seen)
    if cued and _CUE.search(_before(found, 40)):
        left = left.replaced(_CUED_PHONE, lambda item, seen: None if item.start() else seen.word("[telepon]"))
    return None if left is run else left


def _is_plate(found: re.Match[str]) -> bool:
    """Whether letters, number, letters are a plate and not a queue number, a room or an amount."""
    area, number, series = found["area"], found["number"], found["series"]
    upper, glued = (area + series).isupper(), not found["gap"] + found["gap2"]
    cued = _VEHICLE.search(_before(found, 32)) is not None
    if _SHORT_WORD.fullmatch(series) and not (upper and (cued or glued)):
        return False
    if cued:
        return True
    if len(number) < 3 or (len(number) == 3 and _PLACE.search(_before(found, 32))):
        return False
    if upper or glued:
        return True
    return len(number) == 4 and area.lower() not in _AREAS_LIKE_WORDS and not number.startswith(("19", "20"))


def _before(found: re.Match[str], length: int) -> str:
    """The characters before what was found, at most that many: enough for the word that announces it."""
    return found.string[max(0, found.start() - length) : found.start()]
