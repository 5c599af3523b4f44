"""What a service is told at its start: how it calls itself, what it refuses, when it decides alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one service; the defaults suit one machine and its own programs."""

    name: str = "entitynorm"
    """What OpenRefine and the page call the service."""
    public_url: str | None = None
    """The URL that browsers reach the service by, without a slash at its end; None: what each request's Host says."""
    identifier_space: str | None = None
    """The URI that stands before ids, for whoever recognises a service by it; None: the page of an entity."""
    allow_origins: tuple[str, ...] = ("*",)
    """Origins whose pages may read answers; the Reconciliation API asks for all."""
    match_score: float = 0.8
    """The least score of a candidate that is marked as a match."""
    match_margin: float = 0.3
    """How far the next candidate has to be behind a match."""
    max_body: int = 1_048_576
    """Bytes of a request's body."""
    max_batch: int = 1_000
    """Names, texts or ids of one request."""
    max_name: int = 500
    """Code points of one name."""
    max_requests: int = 64
    """Requests worked on at a time; more are sent away for a second."""
    timeout: float = 30.0
    """Seconds until an answer is given up."""
    body_timeout: float = 10.0
    """Seconds in which the headers, and then the body, of a request have to arrive."""
    cache: int = 10_000
    """Names whose answers are kept."""
    jobs: int = 0
    """Processes that look names up, each with the gazetteer in its memory; 0: a thread does."""
    log: bool = True
    """Whether every request is logged, on one line without its texts."""
