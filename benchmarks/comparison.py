"""What the measures of many persons cost: `python -m benchmarks.comparison [--persons 2000]`.

Persons of one family, so that each is compared with all; beside them a tenth as many, since only ratios mean something
on another machine: what grows with the number of persons takes ten times as long, what grows with pairs a hundred.
"""

import argparse
import time
from random import Random

from app.disclosure.rules.cells import cell_of
from app.disclosure.rules.released import Released, ReleasedBlock
from app.indices.rules.figures import Scoring
from app.instruments.loading import shipped
from app.instruments.model import Instrument
from app.measures.rules.unit_measures import MeasuredUnit, measure

INSTRUMENT = shipped()["ikl-1"]
SERVICES = ("ktp-el", "kk", "kia", "akta")
MONTHS = ("2026-06", "2026-09")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--persons", type=int, default=2_000)
    arguments.add_argument("--rounds", type=int, default=3)
    chosen = arguments.parse_args()
    few, many = (_seconds(persons, chosen.rounds) for persons in (chosen.persons // 10, chosen.persons))
    ratio = f"{many / few:.1f} × those of {chosen.persons // 10:,}"
    print(f"measures of {chosen.persons:,} persons: {many:.2f} s of a processor, {ratio}")


def _seconds(persons: int, rounds: int) -> float:
    """Processor seconds of the fastest of some rounds: in the first, libraries are still loaded."""
    scoring = Scoring(INSTRUMENT, INSTRUMENT.default_mode, INSTRUMENT.default_bands)
    units = _units(persons)
    families = dict.fromkeys(SERVICES, "kependudukan")
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        measure(scoring, units, families)
        taken.append(time.process_time() - begun)
    return min(taken)


def _units(persons: int) -> dict[str, MeasuredUnit]:
    draw = Random(persons)
    units = {}
    for number in range(persons):
        mood = draw.gauss(0, 0.3)
        told = [Released([_block(INSTRUMENT, month, service, mood, draw) for service in SERVICES]) for month in MONTHS]
        units[f"E{number:05}"] = MeasuredUnit(now=told[1], before=told[0])
    return units


def _block(instrument: Instrument, month: str, service: str, mood: float, draw: Random) -> ReleasedBlock:
    sheets: dict[str, int] = {}
    for _ in range(draw.randint(10, 40)):
        sheet = "".join(str(min(4, max(1, round(draw.gauss(3.4 + mood, 0.7))))) for _ in instrument.items)
        sheets[sheet] = sheets.get(sheet, 0) + 1
    return ReleasedBlock(
        standing="counted",
        office="a",
        employee="p",
        first_month=month,
        last_month=month,
        service=service,
        service_mode=service,
        channel="kiosk",
        cell=cell_of(instrument, sheets),
    )


if __name__ == "__main__":
    main()
