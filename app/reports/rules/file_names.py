"""Names of files that stay apart where a disk takes capitals and small letters for the same."""


def file_part(code: str, *, is_employee: bool = False) -> str:
    """A code as a part of a file's name: itself as codes are usually written, else with a mark behind a tilde.

    The codes E017 and e017 are two employees, and two files that Windows and macOS take for one. Employees' codes
    usually have capitals, all others small letters; so has the word ALL, which is no code.
    """
    usual = code.upper() if is_employee or code.upper() == "ALL" else code.lower()
    if code == usual:
        return code
    # Which letters are unusual: with it, no two spellings have the same mark.
    mark = sum(1 << place for place, (one, other) in enumerate(zip(code, usual, strict=True)) if one != other)
    return f"{code}~{mark:x}"
