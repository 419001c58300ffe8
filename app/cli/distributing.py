"""`cermin distribute`: the tables over the workers of a Citus cluster."""

from typing import Annotated

import typer

from app.cli.context import out, owners_database
from app.foundation.storage.distribution import STAYS, Plan, planned, take

Rehearsal = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Shards = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=1024,
        help="Into how many shards the agencies are cut; chosen once. Citus takes 32, enough for as many workers.",
    ),
]


def distribute(dry_run: Rehearsal = False, shards: Shards = None) -> None:
    """Distribute the tables over the workers of a Citus cluster, by agency.

    Safe to repeat: what is distributed stays as it is, and what an interruption left undone is done.
    """
    with owners_database() as db:
        plan = planned(db)
        if dry_run:
            _tell(plan)
            return
        for step in plan.steps:
            take(db, step, shards=shards)
            out.print(f"distributed: {', '.join(step.tables)}", soft_wrap=True, highlight=False)
    n = sum(len(step.tables) for step in plan.steps) + len(plan.distributed)
    out.print(f"tables distributed: {n}, over workers: {plan.workers}; on the coordinator alone: {len(plan.stays)}")


def _tell(plan: Plan) -> None:
    for n, step in enumerate(plan.steps, start=1):
        kept = f" ({len(step.foreign_keys)} foreign keys)" if step.foreign_keys else ""
        out.print(f"{n}. distribute {', '.join(step.tables)}{kept}", soft_wrap=True, highlight=False)
    for name in plan.stays:
        out.print(f"stays on the coordinator: {name}: {STAYS[name]}", soft_wrap=True, highlight=False)
    if plan.distributed:
        out.print(f"distributed already: {len(plan.distributed)} tables", highlight=False)
    if not plan.steps:
        out.print("nothing to do")
