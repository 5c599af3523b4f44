"""Screening: what is spelled or sounds like a listed name, at megabytes a second, before any page is read."""
