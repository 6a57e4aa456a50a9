#!/usr/bin/env python3
"""Draws the recorded samples as SVG into docs/ and writes the tables of docs/performance.md; needs nothing but Python."""

import json
import math
import pathlib
import re
import statistics

HERE = pathlib.Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
COLOURS = {"weirpool": "#1f6f8b", "python": "#d08c2f", "raw": "#9aa5ab"}
NAMES = {"weirpool": "Weirpool", "python": "Python", "raw": "plain lists"}
GOALS = {  # of ours, against whom: (least, most) as a ratio; or of ours alone, as a number
    ("apply-async", "python"): (5, None),
    ("apply-async", "raw"): (0.5, None),
    ("imap-unordered", "python"): (3, None),
    ("send-async", "raw"): (0.5, None),
    ("send-all", "raw"): (0.5, None),
    ("round-trip p50 µs", "raw"): (None, 1.6),
    ("round-trip p50 µs", "python"): (None, 1),
    ("map", "python"): (1, None),
    ("map-1ms", ""): (95, None),
    ("apply-1ms", ""): (90, None),
    ("mixed", ""): (None, 50),
    ("put", "raw"): (0.9, None),
    ("put", "python"): (1, None),
    ("take", "raw"): (0.9, None),
    ("take", "python"): (1, None),
    ("queue-batches", "raw"): (0.7, None),
    ("queue-buffered", "python"): (1, None),
    ("queue-round-trip p50 µs", "raw"): (None, 1.3),
}


def number(value):
    if value >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio(figure, other):
    ours, theirs = figure["samples"]["weirpool"], figure["samples"].get(other)
    return statistics.median(a / b for a, b in zip(ours, theirs)) if theirs else None


def verdict(figure, other, value):
    for key in (f'{figure["row"]} {figure["unit"]}', figure["row"]):
        least, most = GOALS.get((key, other), (None, None))
        if least is not None or most is not None:
            met = (least is None or value >= least) and (most is None or value <= most)
            goal = f"≥ {least}" if least is not None else f"≤ {most}"
            return f" ({goal}{'' if met else ': **missed**'})"
    return ""


def spread(samples):
    return f"{number(statistics.median(samples))} <small>{number(min(samples))}–{number(max(samples))}</small>"


def tables(report):
    lines = [", ".join(f"{name} {value}" for name, value in report["conditions"].items()) + "."]
    lines += ["", "| | | Weirpool | plain lists | ratio | Python | ratio |", "|---|---|---|---|---|---|---|"]
    for figure in report["figures"]:
        samples = figure["samples"]
        cells = [figure["title"], figure["unit"]]
        alone = statistics.median(samples["weirpool"])
        cells.append(spread(samples["weirpool"]) + verdict(figure, "", alone))
        for other in ("raw", "python"):
            if other in samples:
                value = ratio(figure, other)
                cells += [spread(samples[other]), f"{value:.2f}{verdict(figure, other, value)}"]
            else:
                cells += ["", ""]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def codec(results):
    lines = ["| the codec, by JMH | ns | bytes of garbage |", "|---|---|---|"]
    titles = {
        "encode": "a task of two arguments: method reference to envelope",
        "decode": "the same: envelope to task",
        "encodeResult": "a result: to bytes",
        "decodeResult": "the same: from bytes",
    }
    for result in results:
        name = result["benchmark"].split(".")[-1]
        metric = result["primaryMetric"]
        garbage = next(m["score"] for k, m in result["secondaryMetrics"].items() if "alloc.rate.norm" in k)
        lines.append(f'| {titles[name]} | {metric["score"]:.0f} ± {metric["scoreError"]:.0f} | {garbage:.0f} |')
    return lines


def svg(width, height, body):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>{"".join(body)}</svg>\n'
    )


def bars(title, figures):
    """Medians as bars on a logarithmic scale, with a line from the least to the greatest sample."""
    values = [value for figure in figures for samples in figure["samples"].values() for value in samples]
    low, high = math.floor(math.log10(min(values))), math.log10(max(values) * 1.5)
    left, right, top = 330, 640, 40

    def x(value):
        return left + (math.log10(value) - low) / (high - low) * (right - left)

    body, y = [f'<text x="8" y="22" font-size="15">{title}</text>'], top
    for figure in figures:
        body.append(f'<text x="{left - 8}" y="{y + 8 * len(figure["samples"]) + 3}" text-anchor="end">{figure["title"]}</text>')
        for who, samples in figure["samples"].items():
            median = statistics.median(samples)
            body.append(f'<rect x="{left}" y="{y}" width="{x(median) - left:.1f}" height="13" fill="{COLOURS[who]}"/>')
            body.append(f'<line x1="{x(min(samples)):.1f}" x2="{x(max(samples)):.1f}" y1="{y + 6.5}" y2="{y + 6.5}" stroke="#222"/>')
            body.append(f'<text x="{x(max(samples)) + 5:.1f}" y="{y + 11}">{number(median)} {NAMES[who]}</text>')
            y += 16
        y += 12
    for power in range(low, math.floor(high) + 1):
        body.insert(0, f'<line x1="{x(10 ** power):.1f}" x2="{x(10 ** power):.1f}" y1="{top}" y2="{y}" stroke="#ddd"/>')
        body.append(f'<text x="{x(10 ** power):.1f}" y="{y + 14}" text-anchor="middle">{number(10 ** power)}</text>')
    return svg(800, y + 24, body)


def growth(title, series):
    """The cost of a task against a number that grows, which is in the name of the row."""
    points = {name: [(int(f["row"].split("-")[1]), f["samples"]["weirpool"]) for f in fs] for name, fs in series.items()}
    highest = max(max(samples) for line in points.values() for _, samples in line) * 1.2
    last = max(math.log10(count) for line in points.values() for count, _ in line)
    left, right, top, bottom = 60, 760, 50, 260

    def x(count):
        return left + math.log10(count) / last * (right - left)

    def y(value):
        return bottom - value / highest * (bottom - top)

    body = [f'<text x="8" y="22" font-size="15">{title}</text>']
    for power in range(0, math.ceil(last) + 1):
        if 10**power <= 10**last:
            body.append(f'<text x="{x(10 ** power):.0f}" y="{bottom + 18}" text-anchor="middle">{number(10 ** power)}</text>')
    for step in range(5):
        value = highest * step / 4
        body.append(f'<line x1="{left}" x2="{right}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#ddd"/>')
        body.append(f'<text x="{left - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.1f} µs</text>')
    for (name, line), colour in zip(points.items(), COLOURS.values()):
        path = " ".join(f"{x(count):.1f},{y(statistics.median(samples)):.1f}" for count, samples in line)
        body.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for count, samples in line:
            body.append(f'<line x1="{x(count):.1f}" x2="{x(count):.1f}" y1="{y(min(samples)):.1f}" y2="{y(max(samples)):.1f}" stroke="{colour}"/>')
        count, samples = line[-1]
        body.append(f'<text x="{x(count) - 4:.1f}" y="{y(max(samples)) - 8:.1f}" text-anchor="end" fill="{colour}">{name}</text>')
    return svg(800, 290, body)


def main():
    report = json.loads((HERE / "results" / "compare.json").read_text())
    figures = report["figures"]

    def of(*rows):
        return [figure for row in rows for figure in figures if figure["row"] == row]

    (DOCS / "performance-tasks.svg").write_text(
        bars("Tasks a second, logarithmic", of("apply-async", "imap-unordered", "send-async", "send-all"))
    )
    (DOCS / "performance-queues.svg").write_text(
        bars("Items a second, logarithmic", of("put", "take", "queue", "queue-batches", "queue-buffered"))
    )
    (DOCS / "performance-growth.svg").write_text(
        growth(
            "What one task takes of Redis, by the number of others",
            {
                "tasks queued": [f for f in figures if f["row"].startswith("depth-")],
                "idle workers": [f for f in figures if f["row"].startswith("idle-")],
            },
        )
    )
    lines = tables(report)
    measured = HERE / "results" / "codec.json"
    if measured.exists():
        lines += [""] + codec(json.loads(measured.read_text()))
    lines += [
        "",
        "![tasks a second](performance-tasks.svg)",
        "",
        "![items a second](performance-queues.svg)",
        "",
        "![cost against size](performance-growth.svg)",
    ]
    page = DOCS / "performance.md"
    text = re.sub(
        r"(<!-- measured -->\n).*(<!-- end of measured -->)",
        lambda marks: marks[1] + "\n" + "\n".join(lines) + "\n\n" + marks[2],
        page.read_text(),
        flags=re.DOTALL,
    )
    page.write_text(text)


if __name__ == "__main__":
    main()
