"""`make pictures`: the pictures in docs/, made from the demo agency."""

import json
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import select

from app.access.principals import Reach
from app.cli.context import err
from app.cli.demo import serving
from app.cli.releasing import make_release
from app.closing import lifecycle
from app.closing.addressing import asked
from app.closing.tables import Report
from app.demo.half_year import DAYS
from app.demo.loading import load
from app.demo.town import AGENCY_CODE
from app.foundation.clock import system_clock
from app.foundation.settings import Settings
from app.foundation.storage.database import Database, Session
from app.foundation.storage.migrations import upgrade
from app.reports.formats.as_pdf import png_pages
from app.reports.printing import printable
from app.screening.run import run_agency, usual_order
from app.seals.signing import load_key, make_key
from docs.desk_pictures import LANGUAGES
from docs.page_pictures import draw_pages

FOLDER = Path(__file__).parent / "pictures"
PUBLIC = "https://cermin.example"


def main() -> None:
    """Load, close, sign and draw."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        url, key_file = f"sqlite:///{folder}/cermin.db", Path(folder) / "signing-key.pem"
        upgrade(url)
        database = Database(url)
        now = system_clock()
        load(Settings(database_url=url), database, now, serving, err)
        # As it was a week ago: what is doubted is held before anything is told.
        run_agency(database, AGENCY_CODE, usual_order(now - timedelta(days=7), "cli:pictures", DAYS))
        make_release(database, AGENCY_CODE, now)
        make_key(key_file)
        # The newest month that is told, also on the first days of the next one.
        told = now - timedelta(days=Settings.model_fields["release_after_days"].default)
        reach, span = Reach(AGENCY_CODE, None, "cli:pictures"), asked(f"{told:%Y-%m}").before()
        lifecycle.close(database, reach, span, by=lifecycle.Method("ikl-1"), now=now, working_days=5)
        lifecycle.finalise(database, reach, span, key=load_key(key_file), now=now + timedelta(days=10))
        with database.reading() as session:
            drawn = {kind: _most_rated(session, kind) for kind in ("employee", "office")}
        for kind, report in drawn.items():
            for language in LANGUAGES:
                first = png_pages(printable(report, PUBLIC), language, dots_per_inch=80)[0]
                (FOLDER / f"report-{kind}-{language}.png").write_bytes(first)
        draw_pages(FOLDER, Settings(database_url=url))
        database.dispose()


def _most_rated(session: Session, kind: str) -> Report:
    reports = session.exec(select(Report).where(Report.kind == kind)).all()
    return max(reports, key=lambda report: int(json.loads(report.document)["n"]))


if __name__ == "__main__":
    main()
