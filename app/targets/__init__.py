"""Targets (SKP): what an employee's or office's figure shall be in a period; what they come to is told by closings."""
