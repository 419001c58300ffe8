"""The directory as a workbook: reading sheets, checking rows, importing all or nothing, the empty template."""
