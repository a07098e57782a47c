"""The checks that run, by name. Each module has check(tree), which yields findings."""
from checks import banned, dependencies, fences, format, headers, lengths, levels, names, workplace

ALL = {module.__name__.rsplit(".", 1)[-1]: module for module in (
    levels, fences, lengths, names, banned, headers, format, workplace, dependencies)}
