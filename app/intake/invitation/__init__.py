"""What citizens are shown before they rate: a ticket's page, an office's open page, the poster that leads there."""
