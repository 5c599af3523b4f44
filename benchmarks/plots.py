"""Small line and point charts as SVG, so that a figure is a text file that can be compared and needs no library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

Points = Sequence[tuple[float, float]]
COLOURS = ("#0b5fa5", "#d1495b", "#3a7d44", "#b07d12", "#6a4c93", "#00798c", "#8d5524", "#555555", "#c2185b", "#7cb342")
_WIDTH, _HEIGHT = 760, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 74, 220, 44, 56


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its name, its span and whether it grows by factors."""

    label: str
    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, from 0 to 1."""
        if self.log:
            return math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Powers of ten, or five steps."""
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**n for n in range(first, last + 1)]
        return [self.low + (self.high - self.low) * n / 5 for n in range(6)]


def axis(label: str, values: Sequence[float], *, log: bool = False) -> Axis:
    """An axis that holds all values, with round ends."""
    if log:
        low = math.floor(math.log10(min(values)))
        high = math.ceil(math.log10(max(values)) - 1e-9)
        return Axis(label, 10.0**low, 10.0 ** max(high, low + 1), True)
    return Axis(label, 0.0, max(1.0, *values), False)


def chart(
    title: str, x: Axis, y: Axis, series: Mapping[str, Points], *, lines: bool = True, diagonal: bool = False
) -> str:
    """An SVG with one colour a series; ``diagonal`` draws what perfect agreement of both axes would be."""

    def at(point: tuple[float, float]) -> tuple[float, float]:
        across = _LEFT + x.share(point[0]) * (_WIDTH - _LEFT - _RIGHT)
        return across, _HEIGHT - _BOTTOM - y.share(point[1]) * (_HEIGHT - _TOP - _BOTTOM)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        'font-size="12"><title>' + escape(title) + "</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="24" font-size="15">{escape(title)}</text>',
        *_frame(x, y, at),
    ]
    if diagonal:
        (x1, y1), (x2, y2) = at((x.low, y.low)), at((x.high, y.high))
        out.append(f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="#999" stroke-dasharray="4 4"/>')
    for n, (name, points) in enumerate(series.items()):
        colour = COLOURS[n % len(COLOURS)]
        placed = [at(point) for point in points]
        if lines and len(placed) > 1:
            path = "L".join(f"{a:.1f} {b:.1f}" for a, b in placed)
            out.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{colour}"/>' for a, b in placed]
        height = _TOP + 14 + 20 * n
        out.append(f'<circle cx="{_WIDTH - _RIGHT + 18}" cy="{height - 4}" r="5" fill="{colour}"/>')
        out.append(f'<text x="{_WIDTH - _RIGHT + 30}" y="{height}">{escape(name)}</text>')
    return "\n".join((*out, "</svg>")) + "\n"


def _frame(x: Axis, y: Axis, at: object) -> list[str]:
    assert callable(at)
    out = []
    for value in x.ticks():
        across, bottom = at((value, y.low))
        out.append(f'<path d="M{across:.1f} {bottom:.1f}V{_TOP}" stroke="#ddd"/>')
        out.append(f'<text x="{across:.1f}" y="{bottom + 18:.1f}" text-anchor="middle">{_short(value)}</text>')
    for value in y.ticks():
        left, height = at((x.low, value))
        out.append(f'<path d="M{left:.1f} {height:.1f}H{_WIDTH - _RIGHT}" stroke="#ddd"/>')
        out.append(f'<text x="{left - 8:.1f}" y="{height + 4:.1f}" text-anchor="end">{_short(value)}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    out.append(f'<text x="{middle}" y="{_HEIGHT - 14}" text-anchor="middle">{escape(x.label)}</text>')
    height = (_TOP + _HEIGHT - _BOTTOM) / 2
    turned = f'transform="rotate(-90 18 {height})"'
    out.append(f'<text x="18" y="{height}" text-anchor="middle" {turned}>{escape(y.label)}</text>')
    return out


def _short(value: float) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g}M"
    if value >= 1_000:
        return f"{value / 1_000:g}k"
    return f"{value:.4g}"
