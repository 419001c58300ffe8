"""The file of figures from which docs/growth_pictures.py draws how costs grow: `docs/pictures/growth.json`."""

import json
from pathlib import Path

FILE = Path(__file__).parents[1] / "docs" / "pictures" / "growth.json"


def record(curve: str, size: int, value: float) -> None:
    """Put a measured value into a curve, in the place of one of the same size."""
    kept = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    points = dict(map(tuple, kept.get(curve, [])))
    points[size] = round(value, 1)
    kept[curve] = sorted(points.items())
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(found)}" for name, found in sorted(kept.items()))
    FILE.write_text(f"{{\n{lines}\n}}\n", "utf-8")
