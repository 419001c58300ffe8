"""Pure rules of tickets: codes, their lifecycle, printed slips."""
