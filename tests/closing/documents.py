"""Documents of reports as they are stored, with everything that can stand in one."""

from typing import Any

WORDS = {"id": "Sangat baik", "en": "Very good"}
FIGURES: dict[str, Any] = {
    "code": "E001",
    "name": "Siti",
    "suppressed": False,
    "n": 40,
    "waiting": "<10",
    "incomplete_percent": 5,
    "held": 2,
    "index": {
        "name": "IKL",
        "value": "91.67",
        "mean": "3.6667",
        "mean_interval": ["3.5240", "3.7608"],
        "grade": "A",
        "words": WORDS,
        "interval": {"confidence": 0.95, "lower": "88.10", "upper": "94.02", "n": 38},
    },
    "change": {"difference": -0.25, "lower": -0.4, "upper": -0.1, "p": 0.001},
    "dimensions": [
        {
            "code": "speed",
            "title": {"id": "Kecepatan", "en": "Speed"},
            "n": 39,
            "mean": "3.7000",
            "index": "92.50",
            "grade": "A",
            "words": WORDS,
            "interval": ["81.12", "94.67"],
            "top": {"k": 27, "n": 39, "share": 0.6923, "lower": 0.5358, "upper": 0.8142},
            "change": None,
            "histogram": [0, 1, 11, 27],
        }
    ],
    "comparison": {
        "family": "kependudukan",
        "peers": 12,
        "group_mean": 3.6,
        "reliability": 0.81,
        "use": "consequence",
        "estimate": {"value": 3.6401, "lower": 3.5512, "upper": 3.729},
        "case_mix": {"raw": 3.6667, "expected": 3.6, "adjusted": 3.65},
        "funnel": {
            "z": 1,
            "adjusted_z": 1,
            "q": 0.3,
            "flagged": True,
            "n": 38,
            "mean": 3.6667,
            "warning": [3.4, 3.8],
            "alarm": [3.3, 3.9],
            "beyond": "nothing",
        },
        "ranks": [2, 5],
    },
    "collection": {
        "served": 310,
        "coverage": 0.129,
        "bounds": [1.9, 3.78],
        "sample": 172,
        "sample_reached": False,
        "channels": {"mobile": 12, "kiosk": 28},
        "services": {"kk": 40},
    },
    "alarms": {
        "meaning": "a reason to look, not a verdict",
        "index": {"state": "no-alarm", "week": None},
        "dimensions": {"speed": {"state": "alarm", "week": "2026-W38"}},
        "low_answers": None,
    },
    "channel_mix": {"value": None, "reason": "one-channel"},
}
COMMON: dict[str, Any] = {
    "schema": "cermin-report-1",
    "id": "019a7c3e-0000-7000-8000-000000000001",
    "state": "draft",
    "agency": {"code": "kota", "name": "Kota"},
    "period": {"code": "2026-Q3", "from": "2026-07-01", "to": "2026-09-30", "revision": 2},
    "method": {
        "instrument": "ikl-1",
        "version": "1",
        "digest": "0" * 64,
        "index_name": "IKL",
        "index_title": {"id": "Indeks Kepuasan Layanan", "en": "Service satisfaction index"},
        "weights": "equal",
        "bands": "2017",
        "measures": "cermin-measures-2",
    },
    "n": 40,
    "withheld": None,
    "figures": FIGURES,
    "trend": [{"month": "2026-09", "n": 20, "index": "90.00"}, {"month": "2026-08", "n": 20, "index": None}],
    "reply": None,
    "note": None,
    "services": {"kk": "Kartu Keluarga"},
    "tickets": None,
    "held_reasons": {"burst": 2},
    "supersedes": 1,
}
PERSON: dict[str, Any] = {
    "code": "E001",
    "name": "Siti",
    "nip_masked": "***************004",
    "position": "Analis",
    "grade": "III/b",
    "office": {"code": "dukcapil", "name": "Dinas"},
}


def employee_document(**parts: Any) -> dict[str, Any]:
    """The report of an employee."""
    own = {
        "kind": "employee",
        "subject": PERSON,
        "appraiser": {**PERSON, "code": "E002", "name": "Budi", "office": None},
        "feedback": {"akuntabel": {"id": "Baik.", "en": "Good."}},
        "notice": {"id": "Bukan predikat.", "en": "No predikat."},
    }
    return {**COMMON, **own, **parts}


def office_document(**parts: Any) -> dict[str, Any]:
    """The report of an office."""
    return {**COMMON, "kind": "office", "subject": {"code": "dukcapil", "name": "Dukcapil"}, **parts}


def agency_document(**parts: Any) -> dict[str, Any]:
    """The report of an agency with one office."""
    line = {name: FIGURES[name] for name in ("n", "held", "index", "comparison")}
    line |= {"code": "dukcapil", "name": "Dukcapil", "withheld": None, "held_reasons": {"burst": 2}}
    line |= {"served": 310, "coverage": 0.129, "channels": {"kiosk": 40}, "tickets": None}
    ends = {"warning": [3.4, 3.8], "alarm": [3.3, 3.9]}
    own = {
        "kind": "agency",
        "subject": {"code": "kota", "name": "Kota"},
        "offices": [line],
        "funnel": {"centre": 3.6, "between": 0, "limits": [{"n": 38, **ends}]},
        "integrity": {"offices": 1, "offices_told": 1, "rated": 40, "served": 310, "coverage": 0.129},
        "employees": {"nothing": 1, "coaching": 0, "appraisal": 0, "consequence": 1},
        "changes": [{"kind": "office", "unit": "dukcapil", "n_before": 28, "n": 40}],
    }
    return {**COMMON, **own, **parts}


def survey_document(**parts: Any) -> dict[str, Any]:
    """The report of an office's survey."""
    element = {"code": "speed", "title": {"id": "Kecepatan", "en": "Speed"}, "n": 39, "nrr": "3.7000"}
    element |= {"weighted": "3.7000", "index": "92.50", "grade": "A", "words": WORDS}
    planned = {
        "element": "speed",
        "problem": "Lambat.",
        "action": "Loket.",
        "due_on": "2026-12-15",
        "owner": "Kasubbag",
    }
    own = {
        "kind": "skm",
        "subject": {"code": "dukcapil", "name": "Dukcapil"},
        "survey": {
            "full": False,
            "missing": [{"code": "BIAYA", "title": {"id": "Biaya", "en": "Fees"}}],
            "scale": {"low": 1, "high": 4},
            "results": {
                "elements": [element],
                "highest": [],
                "lowest": [],
                "value": "3.6667",
                "band": {"index": ["88.31", "100"], "value": ["3.5324", "4.0000"]},
            },
            "sample": {"population": 310, "required": 172, "reached": 40, "sufficient": False}
            | {"channels": {"kiosk": 40}, "offices": 1},
            "profile": {"sex": {"values": [{"value": "F", "n": 40, "share": 1}], "others": None}, "education": None},
            "suggestions": ["Tambah kursi"],
            "former": [{"period": "2026-Q2", "n": 120, "index": "84.10", "grade": "B"}],
        },
        "follow_ups": [planned],
        "realisation": {
            "period": "2026-Q2",
            "items": [{**planned, "status": "done", "done_on": "2026-09-01", "note": None}],
            "done": 1,
            "share": 1,
        },
        "publications": [
            {"period": "2026-Q3", "medium": "Papan", "published_on": "2026-11-20", "address": None},
        ],
    }
    return {**COMMON, **own, **parts}
