"""Pages for people: welcome, rating by ticket or office, kiosk, reply, API documentation."""
