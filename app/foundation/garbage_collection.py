"""How often the interpreter looks for garbage that reference counting leaves, in services and in commands alike."""

import gc


def collect_less_often() -> None:
    """Leave what is loaded so far alone, and look through the rest seldom.

    What reads thousands of rows makes objects that stay and hardly any circles: as often as usual, looking for these
    took more than half of the processor's time for the measures of 2,000 persons.
    """
    # What lives as long as the process need not be walked again at every collection.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
