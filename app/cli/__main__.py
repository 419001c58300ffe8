"""`python -m app.cli`: the program without its script."""

from app.cli.program import main

main()
