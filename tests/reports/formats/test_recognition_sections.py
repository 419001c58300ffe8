"""What a report says of recognition and training: names beside it for some readers, needs of a person for few."""

from dataclasses import replace
from typing import Any

from app.closing.rules.report_documents.training import TrainingNeedPart
from app.closing.schemas import BesideOut, RecognisedOut
from app.reports.formats.printable import Printable
from app.reports.formats.registry import FORMATS
from app.reports.sections.blocks import Facts, Number, Section, Table, Words
from app.reports.sections.recognition import CRITERIA
from app.reports.sections.view import view
from app.seals.signing import SigningKey
from tests.reports.formats.samples import draft, sealed

Drafts = dict[str, dict[str, Any]]
TWO = tuple(
    RecognisedOut(code=code, name=name, office="dukcapil", office_name="Dukcapil")
    for code, name in (("E001", "Ayu"), ("E003", "Budi"))
)


def with_names(printable: Printable) -> Printable:
    return replace(printable, beside=BesideOut(recognised=TWO, training=None))


def section(printable: Printable, name: str, language: str = "id") -> Section | None:
    return next((each for each in view(printable, language).sections if each.name == name), None)


def table(found: Section | None) -> Table | None:
    return next((each for each in found.blocks if isinstance(each, Table)), None) if found else None


def test_names_stand_in_their_order_for_whoever_sees_persons_and_a_number_for_others(drafts: Drafts) -> None:
    plain = draft(drafts["kota"])
    number = section(plain, "recognition")
    assert number
    assert table(number) is None
    [facts] = [each for each in number.blocks if isinstance(each, Facts)]
    assert facts.items == (("Pegawai yang mendapat penghargaan", Number(2)),)
    named = table(section(with_names(plain), "recognition", "en"))
    assert named
    assert named.rows == (("Ayu", "E001", "Dukcapil"), ("Budi", "E003", "Dukcapil"))
    # No figure stands beside a name.
    assert {each.kind for each in named.columns} == {"text"}


def test_where_nobody_is_recognised_that_is_said_and_an_older_report_says_nothing(drafts: Drafts) -> None:
    found = section(draft({**drafts["kota"], "recognised": 0}), "recognition", "en")
    assert found
    assert "nobody" in str(found.blocks)
    older = {name: part for name, part in drafts["kota"].items() if name not in {"recognised", "training"}}
    assert section(draft(older), "recognition") is None
    assert section(draft(older), "training") is None


def test_every_format_has_the_names_but_the_signed_json(drafts: Drafts, key: SigningKey) -> None:
    printable = with_names(sealed(drafts["kota"], key))
    for name, form in FORMATS.items():
        written = form.write(printable, "id")
        if name in {"csv", "csv-semicolon", "html"}:
            assert b"Budi" in written
        if name == "json":
            assert b"Budi" not in written


def test_an_employee_reads_the_own_recognition_and_nobody_that_there_is_none(drafts: Drafts) -> None:
    found = section(draft({**drafts["E001"], "recognised": True}), "recognition", "en")
    assert found
    assert CRITERIA in [each.text for each in found.blocks if isinstance(each, Words)]
    assert section(draft(drafts["E001"]), "recognition") is None
    assert section(draft(drafts["dukcapil"]), "recognition") is None


def test_training_needs_are_named_by_question_and_by_office(drafts: Drafts) -> None:
    own, every = (table(section(draft(drafts[unit]), "training")) for unit in ("dukcapil", "kota"))
    assert own
    assert every
    assert [row[0] for row in own.rows] == ["Kecepatan", "Transparansi"]
    assert [row[0] for row in every.rows] == ["Dukcapil, Kecepatan", "Dukcapil, Transparansi"]
    assert own.rows[1][-1] == "lebih rendah daripada rekan melebihi pengaruh kebetulan, dan tiga poin indeks atau lebih"
    none = section(draft({**drafts["dukcapil"], "training": []}), "training", "en")
    assert none
    assert table(none) is None


def test_a_persons_needs_are_drawn_where_they_stand_beside_the_report_alone(drafts: Drafts) -> None:
    plain = draft(drafts["E001"])
    assert section(plain, "training") is None
    first = drafts["E001"]["figures"]["dimensions"][0]
    need = TrainingNeedPart.model_validate(
        {"figure": first["code"], **{name: first[name] for name in ("title", "n", "index", "interval")}}
        | {"reasons": ("grade",)}
    )
    beside = BesideOut(recognised=None, training=(need,))
    found = table(section(replace(plain, beside=beside), "training"))
    assert found
    assert len(found.rows) == 1
    assert table(section(replace(plain, beside=BesideOut(recognised=None, training=())), "training")) is None
    # Without figures there is nothing that a need could be of.
    assert section(replace(draft(drafts["E004"]), beside=beside), "training") is None
