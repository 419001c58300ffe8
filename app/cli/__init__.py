"""The operator's commands: `cermin …`. Each file here holds one family of them."""

from app.cli.program import main

__all__ = ["main"]
