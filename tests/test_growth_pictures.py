"""The curves in docs/performance.md are those of the figures that benchmarks wrote, and say in words what they show."""

import json
import re
from pathlib import Path

import pytest

from docs.growth_pictures import FOLDER, PICTURES, Picture, drawn

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
FIGURES = json.loads((FOLDER / "growth.json").read_text("utf-8"))


@pytest.mark.parametrize("picture", PICTURES, ids=[each.name for each in PICTURES])
def test_a_picture_is_drawn_from_the_figures_as_they_are(picture: Picture) -> None:
    kept = (FOLDER / f"{picture.name}.svg").read_text("utf-8")
    assert kept == drawn(picture, FIGURES), "python -m docs.growth_pictures draws it again"
    curves = [FIGURES[name] for panel in picture.panels for name in panel.curves.values()]
    assert kept.count("<circle ") == sum(map(len, curves)) > 0
    assert f'<title id="words">{picture.words}</title>' in kept
    assert re.search(rf"!\[[^\]]{{40,}}\]\(pictures/{picture.name}\.svg\)", PAGE.read_text("utf-8"))


def test_no_figure_is_kept_that_no_picture_shows() -> None:
    shown = {name for picture in PICTURES for panel in picture.panels for name in panel.curves.values()}
    assert FIGURES.keys() == shown
