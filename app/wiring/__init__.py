"""How the rooms become one service: routes, layers, services, and the life of a process."""
