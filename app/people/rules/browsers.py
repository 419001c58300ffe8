"""What a browser is called in a list of sessions: enough to know one's own, too little to follow anybody. Pure."""

# In this order: most browsers also say that they are the ones before.
BROWSERS = ("Edg", "OPR", "SamsungBrowser", "Firefox", "Chrome", "Safari")
NAMES = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet"}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iOS",
    "iPad": "iOS",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def browser_name(user_agent: str) -> str:
    """`Firefox, Windows`; the parts that are not known are left out, `?` where none is."""
    browser = next((NAMES.get(each, each) for each in BROWSERS if f"{each}/" in user_agent), None)
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), None)
    return ", ".join(each for each in (browser, system) if each) or "?"
