"""Charts of reports as SVG and as native charts of workbooks."""
