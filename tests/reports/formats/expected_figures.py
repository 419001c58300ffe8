"""Every figure that a report has to print, from its signed JSON, and where: independent of what prints them."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple, TypeAlias

from app.reports.sections.agency import CLASSES, KINDS
from app.reports.sections.collection import CHANNELS
from app.reports.sections.held_reasons import REASONS
from app.reports.sections.integrity import FINDING_STATUS_WORDS
from app.reports.sections.language import Language
from app.reports.sections.survey import ATTRIBUTES, VALUES

Path: TypeAlias = tuple[str | int, ...]
INTERVAL = "95\u00a0% interval"


class Row(NamedTuple):
    """The figures of a row of a table, or beside a name (`table` is ''), as they stand in the JSON; shares are below 1.

    Of a chart, tables have all figures, and drawings the first `drawn` of them.
    """

    table: str
    name: str
    figures: tuple[Decimal, ...]
    drawn: int | None = None


class Expected:
    """Goes through a document once; `read` are the paths of the leaves that are printed somewhere."""

    def __init__(self, document: dict[str, Any], tell: Language) -> None:
        self.document, self.tell = document, tell
        self.read: set[Path] = set()

    def rows(self) -> list[Row]:
        """All rows with a figure, in the order of the report."""
        kind = self.document["kind"]
        parts: list[Iterable[Row]] = [self._about()]
        if kind == "agency":
            parts.append(self._changes())
        if kind == "skm":
            parts += [self._survey(), self._standards(), self._targets()]
        else:
            own: Iterable[Row] = () if kind == "agency" else self._targets()
            training = self._training() if kind == "office" else ()
            parts += [self._result(), own, self._standards(), training, self._beside(), self._trend(), self._origin()]
        if kind == "agency":
            parts += [self._offices(), self._office_targets(), self._funnel(), self._integrity(), self._classes()]
            parts += [self._recognised(), self._training()]
        return [row for part in parts for row in part if row.figures]

    def at(self, *path: str | int) -> Any:
        """What stands there; None also where something on the way is absent."""
        found: Any = self.document
        for step in path:
            if found is None or (isinstance(step, str) and step not in found):
                return None
            found = found[step]
        return found

    def figures(self, *paths: Path) -> tuple[Decimal, ...]:
        """The numbers at these places, both ends of an interval, leaving out what is absent."""
        found: list[Decimal] = []
        for path in paths:
            value = self.at(*path)
            if isinstance(value, list):
                found += self.figures(*((*path, place) for place in range(len(value))))
            elif value is not None:
                self.read.add(path)
                found.append(Decimal(str(value)))
        return tuple(found)

    def row(self, table: str, name: str, *paths: Path) -> Row:
        """A row of what stands at these places."""
        return Row(self.tell(table), self.tell(name), self.figures(*paths))

    def title(self, *path: str | int) -> str:
        """A text that the document has in both languages."""
        return str(self.at(*path, self.tell.code))

    def _about(self) -> Iterator[Row]:
        yield self.row("", "Revision", ("period", "revision"))
        yield self.row("", "Replaces revision", ("supersedes",))

    def _headline(self) -> Iterator[Row]:
        index: Path = ("figures", "index")
        name = f"{self.title('method', 'index_title')} ({self.at(*index, 'name')})"
        yield Row("", name, self.figures((*index, "value")))
        yield self.row("", INTERVAL, (*index, "interval", "lower"), (*index, "interval", "upper"))
        yield self.row("", "Ratings (n)", ("figures", "n"))
        yield self.row("", "Complete sheets", (*index, "interval", "n"))
        whole = self.figures(("figures", "incomplete_percent"))
        yield Row("", self.tell("Not told as complete"), tuple(each / 100 for each in whole))
        yield self.row("", "Mean of the answers", (*index, "mean"))
        yield self.row("", "95\u00a0% interval of the mean", (*index, "mean_interval"))

    def _result(self) -> Iterator[Row]:
        yield from self._headline()
        index: Path = ("figures", "index")
        ends: tuple[Path, Path] = ((*index, "interval", "lower"), (*index, "interval", "upper"))
        every: list[Path] = [("figures", "dimensions", n) for n in range(len(self.document["figures"]["dimensions"]))]
        titles = [self.title(*path, "title") for path in every]
        table = self.tell("Every dimension")
        for title, path in zip(titles, every, strict=True):
            names = ("n", "mean", "index", "interval")
            yield Row(table, title, self.figures(*((*path, name) for name in names)))
        name = self.at("method", "index_name")
        yield Row(table, name, self.figures(("figures", "n"), (*index, "mean"), (*index, "value"), *ends))
        table = self.tell("Best answer, and change of the mean against the period before")
        for title, path in zip(titles, every, strict=True):
            share = ((*path, "top", part) for part in ("share", "lower", "upper"))
            yield Row(table, title, self.figures(*share, *self._change((*path, "change"))))
        yield Row(table, self.tell("All together"), self.figures(*self._change(("figures", "change"))))
        table = self.tell("How often each answer was given, from the lowest to the best")
        for title, path in zip(titles, every, strict=True):
            yield Row(table, title, self.figures((*path, "histogram")))
        if self.document["kind"] == "employee":
            yield self.row("", "Reliability among peers (0 to 1)", ("figures", "comparison", "reliability"))

    @staticmethod
    def _change(path: Path) -> tuple[Path, ...]:
        return tuple((*path, name) for name in ("difference", "lower", "upper"))

    def _beside(self) -> Iterator[Row]:
        beside: Path = ("figures", "comparison")
        if self.document["kind"] == "agency" or self.at(*beside) is None:
            return
        table = "The mean and what stands beside it, on the scale of the answers"
        shrunk = tuple((*beside, "estimate", part) for part in ("value", "lower", "upper"))
        yield self.row(table, "Raw mean", (*beside, "case_mix", "raw"))
        yield self.row(table, "Estimate (shrunken)", *shrunk)
        yield self.row(table, "Adjusted for services", (*beside, "case_mix", "adjusted"))
        yield self.row(table, "Expected from services", (*beside, "case_mix", "expected"))
        yield self.row(table, "Mean of all peers", (*beside, "group_mean"))
        yield self.row("", "Peers, this one included", (*beside, "peers"))
        yield self.row("", "Rank, as an interval", (*beside, "ranks"))

    def _targets(self) -> Iterator[Row]:
        own = {each["figure"]: place for place, each in enumerate(self.at("targets") or ())}
        at_office = {each["figure"]: place for place, each in enumerate(self.at("office_targets") or ())}
        beside = self.document["kind"] == "employee"
        table = "Each target, beside that of the office" if beside else "Each target, and what it came to"
        for figure in ("index", "speed", "transparency", "friendliness"):
            paths: list[Path] = []
            if figure in own:
                paths += (("targets", own[figure], part) for part in ("target", "n", "value", "interval"))
            if figure in at_office:
                paths.append(("office_targets", at_office[figure], "target"))
                # Of the office's figure its own report tells the rest.
                self.figures(*(("office_targets", at_office[figure], part) for part in ("n", "value", "interval")))
            yield Row(self.tell(table), self._figure(figure), self.figures(*paths))

    def _office_targets(self) -> Iterator[Row]:
        table = self.tell("Targets of the offices, and what they came to")
        for place, line in enumerate(self.document["offices"]):
            for number, each in enumerate(line.get("targets", ())):
                path: Path = ("offices", place, "targets", number)
                figures = self.figures(*((*path, part) for part in ("target", "n", "value", "interval")))
                yield Row(table, f"{line['name']}, {self._figure(each['figure'])}", figures)

    def _standards(self) -> Iterator[Row]:
        told = self.at("standards")
        if not told:
            return
        for place, each in enumerate(self.at("figures", "dimensions") or ()):
            if each["code"] in told["speed"]:
                path: Path = ("figures", "dimensions", place)
                title = self.title(*path, "title")
                question = self.tell("What citizens answered: {question}", question=title)
                yield Row("", question, self.figures((*path, "index")))
                yield self.row("", INTERVAL, (*path, "interval"))
                yield self.row("", "Answers (n)", (*path, "n"))
        rows: list[tuple[str, Path]] = [
            (each["name"], ("standards", "services", place)) for place, each in enumerate(told["services"])
        ]
        for _, path in rows:
            # In the words of a cell.
            self.figures(*((*path, "promises", n, "amount") for n in range(len(self.at(*path, "promises")))))
        yield from self._shares([*rows, (self.tell("All services"), ("standards",))], "")
        if self.document["kind"] == "agency":
            lines = enumerate(self.document["offices"])
            yield from self._shares([(line["name"], ("offices", n, "standards")) for n, line in lines], ", by office")

    def _shares(self, rows: Sequence[tuple[str, Path]], by: str) -> Iterator[Row]:
        ends = ("share", "lower", "upper")
        for title, part_of, names in (
            (f"Services within their promise{by}", "time", ("n", "k", *ends)),
            ("How long services took beside their promise", "time", ("buckets",)),
            (f"Steps of procedure (SOP) done{by}", "steps", ("n", "due", "done", *ends)),
        ):
            for name, path in rows:
                yield Row(self.tell(title), name, self.figures(*((*path, part_of, each) for each in names)))

    def _recognised(self) -> Iterator[Row]:
        yield self.row("", "Employees recognised", ("recognised",))

    def _training(self) -> Iterator[Row]:
        table = self.tell("Where training helps first")
        for place, each in enumerate(self.at("training") or ()):
            path: Path = ("training", place)
            title = self.title(*path, "title")
            name = f"{each['name']}, {title}" if "name" in each else title
            yield Row(table, name, self.figures(*((*path, part) for part in ("n", "index", "interval"))))

    def _figure(self, figure: str) -> str:
        titles = {each["code"]: each["title"] for each in self.at("figures", "dimensions") or ()}
        return str(titles[figure][self.tell.code] if figure in titles else self.at("method", "index_name"))

    def _trend(self) -> Iterator[Row]:
        indices = [float(month["index"]) for month in self.document["trend"] if month["index"] is not None]
        low = 25 if all(index >= 25 for index in indices) else 0
        table = self.tell("{name} by month, drawn from {low} to 100", name=self.at("method", "index_name"), low=low)
        for place, month in enumerate(self.document["trend"]):
            if month["index"] is not None:
                path: Path = ("trend", place)
                name = self.tell.month(month["month"])
                yield Row(table, name, self.figures((*path, "index"), (*path, "n")), drawn=2)

    def _origin(self) -> Iterator[Row]:
        collection: Path = ("figures", "collection")
        yield self.row("", "Ratings counted", ("figures", "n"))
        yield self.row("", "Ratings held back by screening, in no figure", ("figures", "held"))
        yield from self._held(("held_reasons",))
        yield self.row("", "People served", (*collection, "served"))
        yield self.row("", "Coverage (rated of served)", (*collection, "coverage"))
        bounds = "Mean if all who did not rate had given the lowest or the best answer"
        yield self.row("", bounds, (*collection, "bounds"))
        yield from self._tickets(("tickets",))
        n = self.at("figures", "n")
        channels = self.at(*collection, "channels") or {}
        names = {code: self.tell(CHANNELS[code]) for code in sorted(channels)}
        yield from self._parts("By channel", (*collection, "channels"), names, n)
        services = self.at(*collection, "services") or {}
        told = sorted((self.at("services", code) or code, code) for code in services)
        yield from self._parts("By service", (*collection, "services"), {code: name for name, code in told}, n)

    def _parts(self, table: str, path: Path, names: dict[str, str], n: int) -> Iterator[Row]:
        sizes = [(name, self.figures((*path, code))[0]) for code, name in names.items()]
        rest = n - sum(size for _, size in sizes)
        if sizes and rest:
            sizes.append((self.tell("several, told together"), Decimal(rest)))
        for name, size in sizes:
            yield Row(self.tell(table), name, (size, part(size, n, 3)))

    def _held(self, path: Path) -> Iterator[Row]:
        for reason in self.at(*path) or {}:
            name = self.tell("Held: {reason}", reason=self.tell(REASONS[reason]))
            yield Row("", name, self.figures((*path, reason)))

    def _tickets(self, path: Path) -> Iterator[Row]:
        for name, key in (
            ("Tickets issued at arrival", "issued"),
            ("Tickets armed when the service was finished", "armed"),
            ("Tickets spent on a rating", "spent"),
            ("Tickets spent of armed", "coverage"),
        ):
            yield self.row("", name, (*path, key))

    def _changes(self) -> Iterator[Row]:
        table = self.tell("Units with other figures than in the revision before")
        for place, change in enumerate(self.at("changes") or ()):
            figures = self.figures(("changes", place, "n_before"), ("changes", place, "n"))
            yield Row(table, self.tell(KINDS[change["kind"]]), figures)

    def _offices(self) -> Iterator[Row]:
        lines = [(("offices", place), line) for place, line in enumerate(self.document["offices"])]
        chart = self.tell("{name} of the offices with 95\u00a0% intervals", name=self.at("method", "index_name"))

        def ends(path: Path) -> tuple[Path, Path]:
            return (*path, "index", "interval", "lower"), (*path, "index", "interval", "upper")

        for path, line in lines:
            if line["index"]:
                figures = self.figures((*path, "index", "value"), (*path, "n"), *ends(path))
                yield Row(chart, line["name"], figures, drawn=1)
        for path, line in lines:
            figures = self.figures((*path, "n"), (*path, "index", "value"), *ends(path))
            yield Row(self.tell("Every office"), line["name"], figures)

    def _funnel(self) -> Iterator[Row]:
        if self.at("funnel") is None:
            return
        places: list[tuple[str, Path]] = [
            (line["name"], ("offices", place, "comparison", "funnel"))
            for place, line in enumerate(self.document["offices"])
        ]
        chart = self.tell("Funnel plot: the mean of each office by its number of ratings")
        for name, path in places:
            yield Row(chart, name, self.figures((*path, "mean"), (*path, "n")), drawn=0)
        for name, path in places:
            figures = self.figures(*((*path, each) for each in ("n", "mean", "warning", "alarm")))
            yield Row(self.tell("Every office in the funnel"), name, figures)

    def _integrity(self) -> Iterator[Row]:
        known: Path = ("integrity",)
        yield self.row("", "Ratings counted", ("figures", "n"))
        yield self.row("", "Ratings held back by screening, in no figure", ("figures", "held"))
        yield Row("", self.tell("Share held"), self._share_held(("figures",)))
        yield self.row("", "People served there", (*known, "served"))
        yield self.row("", "Coverage there (rated of served)", (*known, "coverage"))
        yield from self._tickets((*known, "tickets"))
        yield self.row("", "Bursts of ratings", (*known, "bursts"))
        yield from self._held((*known, "held_reasons"))
        for standing, n in (self.at(*known, "findings") or {}).items():
            if n is not None:
                yield self.row("", FINDING_STATUS_WORDS[standing], (*known, "findings", standing))
        table = self.tell("What was held, and how many of those served have rated")
        for place, line in enumerate(self.document["offices"]):
            path: Path = ("offices", place)
            beside = self.figures((*path, "served"), (*path, "coverage"), (*path, "tickets", "coverage"))
            counts = self.figures((*path, "n"), (*path, "held"))
            yield Row(table, line["name"], (*counts, *self._share_held(path), *beside))
        yield from self._reasons_and_channels()

    def _share_held(self, path: Path) -> tuple[Decimal, ...]:
        n, held = self.at(*path, "n"), self.at(*path, "held")
        return () if n is None or held is None else (part(held, n + held, 3),)

    def _reasons_and_channels(self) -> Iterator[Row]:
        lines = list(enumerate(self.document["offices"]))
        named = [reason for reason in REASONS if any(reason in (line.get("held_reasons") or {}) for _, line in lines)]
        for place, line in lines:
            if line.get("held_reasons"):
                self.figures(*(("offices", place, "held_reasons", reason) for reason in line["held_reasons"]))
                counts = tuple(Decimal(line["held_reasons"].get(reason, 0)) for reason in named)
                yield Row(self.tell("Why ratings were held"), line["name"], counts)
        channels = sorted({channel for _, line in lines for channel in line.get("channels") or ()})
        for place, line in lines:
            self.figures(*(("offices", place, "channels", channel) for channel in line.get("channels") or ()))
            if len(channels) > 1 and line.get("channels"):
                shares = tuple(part(line["channels"].get(each, 0), line["n"], 3) for each in channels)
                yield Row(self.tell("Share of each channel in an office's ratings"), line["name"], shares)

    def _classes(self) -> Iterator[Row]:
        for use, name in CLASSES.items():
            yield self.row("How many employees' figures may be used for what", name, ("employees", use))

    def _survey(self) -> Iterator[Row]:
        yield from self._headline()
        results: Path = ("survey", "results")
        yield self.row("", "Index on the scale of the answers", (*results, "value"))
        yield self.row("", "Range of the grade (nilai interval)", (*results, "band", "value"))
        yield self.row("", "Range of the grade (nilai interval konversi)", (*results, "band", "index"))
        table = self.tell("Every element (unsur)")
        for place in range(len(self.document["survey"]["results"]["elements"])):
            path: Path = (*results, "elements", place)
            figures = self.figures(*((*path, name) for name in ("n", "nrr", "weighted", "index")))
            yield Row(table, self.title(*path, "title"), figures)
        whole = self.figures(("figures", "n"), (*results, "value"), ("figures", "index", "value"))
        yield Row(table, self.at("method", "index_name"), whole)
        sample: Path = ("survey", "sample")
        yield self.row("", "Population (people served)", (*sample, "population"))
        yield self.row("", "Sample required (Krejcie and Morgan)", (*sample, "required"))
        yield self.row("", "Respondents reached", (*sample, "reached"))
        yield self.row("", "Offices with ratings", (*sample, "offices"))
        yield from self._profile()
        yield from self._former()
        realised: Path = ("realisation",)
        if self.at(*realised, "items"):
            yield Row("", self.tell("Actions"), (Decimal(len(self.at(*realised, "items"))),))
            yield self.row("", "Actions done", (*realised, "done"))
            yield self.row("", "Share done", (*realised, "share"))
            # Older versions counted neither.
            if "on_time" in self.at(*realised):
                yield self.row("", "Of these in time", (*realised, "on_time"))
                yield self.row("", "Days until done (median)", (*realised, "median_days"))
                # Said in words, beside the day: `63 days`.
                self.figures(*((*realised, "items", n, "days") for n in range(len(self.at(*realised, "items")))))

    def _profile(self) -> Iterator[Row]:
        for attribute, block in (self.at("survey", "profile") or {}).items():
            path: Path = ("survey", "profile", attribute)
            if not block:
                continue
            if not block["others"] and {each["value"] for each in block["values"]} == {"not-given"}:
                # Said in words: nobody told.
                self.figures((*path, "values", 0, "n"), (*path, "values", 0, "share"))
                continue
            total = sum(each["n"] for each in block["values"]) + (block["others"] or 0)
            table = self.tell(ATTRIBUTES[attribute])
            for place, each in enumerate(block["values"]):
                of_value: Path = (*path, "values", place)
                figures = self.figures((*of_value, "n"), (*of_value, "share"))
                known = VALUES.get(each["value"])
                yield Row(table, self.tell(known) if known else each["value"].replace("-", "–"), figures)
            if block["others"]:
                [others] = self.figures((*path, "others"))
                yield Row(table, self.tell("All others"), (others, part(others, total, 4)))

    def _former(self) -> Iterator[Row]:
        former = self.at("survey", "former")
        if not former:
            return
        table = self.tell("{name} by period", name=self.at("method", "index_name"))
        for place, each in enumerate(former):
            path: Path = ("survey", "former", place)
            yield Row(table, self.tell.period(each["period"]), self.figures((*path, "index"), (*path, "n")), drawn=2)
        own = self.figures(("figures", "index", "value"), ("n",))
        yield Row(table, self.tell.period(self.at("period", "code")), own, drawn=2)


def part(n: Decimal | int, whole: Decimal | int, places: int) -> Decimal:
    """A share worked out from counts, rounded half-up."""
    return (Decimal(n) / Decimal(whole)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every leaf of a document that is a number, or a text that is one."""
    children: Sequence[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    elif is_number(value):
        yield path, value
    for name, inner in children:
        yield from leaves(inner, (*path, name))


def is_number(value: Any) -> bool:
    """Whether a leaf is a figure."""
    if isinstance(value, str):
        return value.removeprefix("-").replace(".", "", 1).isdigit()
    return isinstance(value, (int, float)) and not isinstance(value, bool)
