"""The head of a request: what is read of its headers, once."""

import pytest

from app.foundation.http.request_head import RequestHead, head_of

JSON = (b"content-type", b"application/json")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], RequestHead(None, 0, is_json=False)),
        ([JSON, (b"content-length", b"12"), (b"x", b"y")], RequestHead(None, 12, is_json=True)),
        ([(b"authorization", b"Bearer \xe9"), JSON], RequestHead("Bearer \xe9", 0, is_json=True)),
        # Of two the first counts: what stands in front of the service looks at that one, too.
        ([(b"authorization", b"a"), (b"authorization", b"b")], RequestHead("a", 0, is_json=False)),
        ([(b"content-length", b"7"), (b"content-length", b"8")], RequestHead(None, 7, is_json=False)),
        ([(b"content-length", b"-1"), (b"content-length", b"8")], RequestHead(None, 0, is_json=False)),
        ([(b"content-length", b"9" * 5_000)], RequestHead(None, int("9" * 20), is_json=False)),
        ([(b"content-type", b'Application/JSON; charset="UTF-8"')], RequestHead(None, 0, is_json=True)),
        ([(b"content-type", b"application/json; charset=utf-16")], RequestHead(None, 0, is_json=False)),
        ([JSON, (b"content-type", b"text/plain")], RequestHead(None, 0, is_json=False)),
        ([(b"content-encoding", b"identity"), JSON], RequestHead(None, 0, is_json=True)),
        # Wherever it stands, and whatever follows it.
        (
            [(b"content-encoding", b"gzip"), JSON, (b"content-encoding", b"identity")],
            RequestHead(None, 0, is_json=False),
        ),
        ([JSON, (b"content-encoding", b"br")], RequestHead(None, 0, is_json=False)),
    ],
)
def test_the_head_says_what_the_doors_ask_for(headers: list[tuple[bytes, bytes]], expected: RequestHead) -> None:
    scope = {"type": "http", "headers": headers}
    assert head_of(scope) == expected
    # Kept with the request, whoever asks again.
    assert head_of(scope) is head_of(scope)
