"""One report, many formats: a view of the document, and what writes it down."""
