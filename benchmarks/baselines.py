"""What the service is compared with, served by the same uvicorn with the same options.

(a) `bare`: a FastAPI endpoint with the same body and answer models that stores nothing.
(b) `textbook`: the SQLModel tutorial's way, a session per request and a commit per row.
`asgi`: no framework, no model, no reading: the same answer's bytes to whatever comes, the least that uvicorn takes.
"""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

import uvicorn
from fastapi import Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine
from starlette.types import ASGIApp, Receive, Scope, Send

from app.ratings.schemas import RatingIn, RatingOut


class Sheet(RatingIn):
    """FastAPI validates Python objects, not bytes, and so needs the lax mode for a UUID."""

    model_config = {"strict": False}


class TextbookRating(SQLModel, table=True):
    """One rating as a tutorial would keep it: a column per answer."""

    __tablename__ = "textbook_rating"

    id: UUID = Field(primary_key=True)
    rated_on: date
    office: str = Field(index=True)
    service: str
    employee: str | None = Field(default=None, index=True)
    channel: str
    instrument: str
    speed: int
    transparency: int
    friendliness: int


ANSWER = b'{"id":"00000000-0000-7000-8000-000000000000","outcome":"stored","office":"x","employee":null}'
HEADERS = [(b"content-length", b"%d" % len(ANSWER)), (b"content-type", b"application/json")]


async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers everything at once."""
    if scope["type"] == "http":
        await receive()
        await send({"type": "http.response.start", "status": 201, "headers": HEADERS})
        await send({"type": "http.response.body", "body": ANSWER})


def bare() -> FastAPI:
    """(a)"""
    app = FastAPI()

    @app.post("/v1/ratings", status_code=201)
    async def post_rating(sheet: Sheet) -> RatingOut:
        return _answer(sheet)

    return app


def textbook(database_url: str) -> FastAPI:
    """(b)"""
    app = FastAPI()
    is_sqlite = database_url.startswith("sqlite")
    url = database_url if is_sqlite else database_url.replace("postgresql:", "postgresql+psycopg:", 1)
    # The tutorial's default pool is smaller than FastAPI's pool of threads and deadlocks under load.
    arguments = {"check_same_thread": False, "timeout": 30} if is_sqlite else {}
    engine = create_engine(url, pool_size=50, connect_args=arguments)
    SQLModel.metadata.create_all(engine, tables=[TextbookRating.__table__])  # type: ignore[attr-defined]  # SQLModel does not declare it

    def get_session() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    @app.post("/v1/ratings", status_code=201)
    def post_rating(sheet: Sheet, session: Annotated[Session, Depends(get_session)]) -> RatingOut:
        answer = _answer(sheet)
        row = TextbookRating(
            id=UUID(answer.id),
            rated_on=answer.rated_on,
            office=answer.office,
            service=sheet.service or "",
            employee=sheet.employee,
            channel=sheet.channel or "",
            instrument=sheet.instrument,
            **{item: score or 0 for item, score in sheet.scores.items()},
        )
        session.add(row)
        session.commit()
        session.refresh(row)
        return answer

    return app


def _answer(sheet: Sheet) -> RatingOut:
    return RatingOut(
        id=str(sheet.id),
        outcome="stored",
        office=sheet.office or "",
        employee=sheet.employee,
        rated_on=datetime.now(UTC).date(),
    )


if __name__ == "__main__":
    subjects: dict[str, Callable[[], ASGIApp]] = {
        "asgi": lambda: asgi,
        "bare": bare,
        "textbook": lambda: textbook(os.environ["CERMIN_DATABASE_URL"]),
    }
    uvicorn.run(
        subjects[sys.argv[1]](),
        lifespan="off",
        host="127.0.0.1",
        port=int(sys.argv[2]),
        access_log=False,
        log_level="warning",
        server_header=False,
    )
