"""Candidate generation over arrays: from a name to the few aliases, among millions, that it may be."""
