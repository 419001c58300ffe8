"""What all pages share: policy, layout, style sheets, the reader's language, and the files of every room."""
