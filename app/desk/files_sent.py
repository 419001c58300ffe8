"""A file that a form was sent with: read in memory, bounded, and never written to a disk as it is."""

from typing import Annotated, NamedTuple

from fastapi import Depends
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import File, FormParser, parse_options_header
from starlette.requests import Request

from app.foundation.http.query_parameters import exact_query
from app.foundation.problems import Problem

FORM_TYPE = b"multipart/form-data"
# A form with a file has the file and nothing else; a browser adds nothing of its own.
MOST_PARTS = 4
# Longer than any file system takes.
LONGEST_NAME = 255


class SentFile(NamedTuple):
    """The name a browser gave the file, without folders, and its bytes; both empty where none was chosen."""

    name: str
    content: bytes


async def read_file(request: Request) -> SentFile:
    """The file of the form's field `file`. 415 for another kind of form, 422 for a broken one."""
    await exact_query(request)
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != FORM_TYPE:
        raise Problem("unsupported-media-type")
    # Bounded by the layer that counts bytes.
    body = await request.body()
    found: list[File] = []
    # Larger files would be written to the disk otherwise, and there is none larger than the body.
    bounds = {"MAX_MEMORY_FILE_SIZE": len(body) + 1, "MAX_BODY_SIZE": len(body), "MAX_FIELDS": MOST_PARTS}
    try:
        parser = FormParser(kind.decode(), None, found.append, boundary=options.get(b"boundary"), config=bounds)
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError):
        raise Problem("invalid-request") from None
    file = next((each for each in found if each.field_name == b"file"), None)
    if file is None:
        return SentFile("", b"")
    file.file_object.seek(0)
    return SentFile(_name(file.file_name or b""), file.file_object.read())


def _name(given: bytes) -> str:
    """The last part of the name: some browsers send where the file lay."""
    name = given.decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in name if character.isprintable())[-LONGEST_NAME:].strip()


FileSent = Annotated[SentFile, Depends(read_file)]
