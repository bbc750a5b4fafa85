"""A recording as one HTML page that works offline, on a phone and on paper."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from stampcard.storyboard.recording import Recording, Step

_STYLE = Path(__file__).with_name("page.css")


_POLICY = (
    "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
)
"""What a shown e-mail may do: nothing but look as it looks."""


def page(recording: Recording) -> str:
    """The storyboard as one HTML file that needs nothing else."""
    title, _, rest = recording.text.strip().partition("\n")
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width,initial-scale=1'>",
        f"<title>{escape(recording.name)}</title><style>{_STYLE.read_text(encoding='utf-8')}</style>",
        f"<h1>{escape(title)}</h1><p>{escape(rest.strip())}</p>",
    ]
    if recording.failure:
        parts.append(f"<p class=failure>✗ {escape(recording.failure)}</p>")
    parts.append(f"<h2>Who called whom</h2><div class=scroll>{_svg(recording)}</div>")
    parts.append("<h2>Step by step</h2>")
    for scene in recording.scenes:
        parts.append(f"<h3>{escape(scene.title)}</h3>" if scene.title else "")
        parts += [_call(step, recording.urls) for step in recording.steps(scene)]
        parts += [f"<p class=kept>✓ {escape(sentence)}</p>" for sentence in scene.kept]
    if recording.noted:
        parts.append("<h2>Before and after</h2>" + _noted(recording))
    if recording.messages:
        parts.append("<h2>What people received</h2>")
        parts += [_message(message) for message in recording.messages]
    return "\n".join(part for part in parts if part) + "\n"


def _noted(recording: Recording) -> str:
    rows = "".join(
        f"<tr><th>{escape(name)}<td>{escape(str(values[0]))}<td>{escape(str(values[-1]))}"
        for name, values in recording.noted.items()
    )
    return f"<table><tr><th><th>before<th>after{rows}</table>"


def _svg(recording: Recording) -> str:
    names = recording.lanes
    gap = max(170, 760 // max(1, len(names)))
    at = {lane: gap // 2 + gap * number for number, lane in enumerate(names)}
    width, y, drawn = gap * len(names), 34, []
    for scene in recording.scenes:
        if scene.title:
            y += 30
            drawn.append(f"<text x=8 y={y} class=title>{escape(_cut(scene.title, width // 7))}</text>")
        for step in recording.steps(scene):
            y += 26
            drawn.append(_arrow(step, at, y, width))
    height = y + 24
    heads = "".join(
        f"<line x1={x} y1=26 x2={x} y2={height - 8} stroke=currentColor stroke-opacity=.25 stroke-dasharray=4 />"
        f"<text x={x} y=18 text-anchor=middle class=title>{escape(lane)}</text>"
        for lane, x in at.items()
    )
    label = "Sequence of calls between " + ", ".join(names)
    return f"<svg viewBox='0 0 {width} {height}' role=img aria-label='{escape(label)}'>{heads}{''.join(drawn)}</svg>"


def _arrow(step: Step, at: Mapping[str, int], y: int, width: int) -> str:
    start, end = at[step.sender], at[step.receiver]
    colour = "var(--bad)" if step.failed else "currentColor"
    label = step.label + (f" ({step.times} more)" if step.times else "")
    if start == end:
        words = escape(_cut(label, (width - start) // 7))
        return f"<circle cx={start} cy={y - 4} r=3 fill={colour} /><text x={start + 8} y={y}>{words}</text>"
    tip = -6 if end > start else 6
    middle = (start + end) // 2
    return (
        f"<line x1={start} y1={y} x2={end} y2={y} stroke='{colour}' />"
        f"<path d='M{end + tip} {y - 4} L{end} {y} L{end + tip} {y + 4}' fill=none stroke='{colour}' />"
        f"<text x={middle} y={y - 4} text-anchor=middle>{escape(_cut(label, max(24, abs(end - start) // 6)))}</text>"
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _call(step: Step, urls: Mapping[str, str]) -> str:
    entry = step.entry
    when = f"<span class=dim>{escape(entry['at'][:19].replace('T', ' '))}</span>"
    if step.times:
        return f"<p class=dim>… and {step.times} more like it: {escape(step.label)}</p>"
    meaning = (
        f" <span class=dim>{escape(entry['summary'])}</span>" if entry["summary"] and entry["kind"] == "call" else ""
    )
    head = f"{when} {escape(step.sender)} → {escape(step.receiver)} <b class={'bad' if step.failed else 'good'}>"
    if entry["kind"] != "call":
        return f"<p>{when} {escape(step.sender)}: {escape(step.label)}</p>"
    request, response = entry["request"], entry["response"]
    body = [
        f"<pre>{escape(_headers(request['headers']))}</pre><pre>{escape(_body(request['body']))}</pre>",
        f"<p>answered {escape(str(entry['status'] or entry['error'] or 'nothing'))}</p>",
        f"<pre>{escape(_headers(response['headers']))}</pre><pre>{escape(_body(response['body']))}</pre>",
    ]
    for diagnostic in entry["diagnostics"]:
        told = f"{diagnostic['code']} {diagnostic['pointer']}: {diagnostic['message']}"
        body.append(f"<p class=bad>{escape(told)}</p>")
    if entry["vendor"] in urls:
        body.append(f"<p>Again:</p><pre>{escape(curl(entry, urls[entry['vendor']]))}</pre>")
    return f"<details><summary>{head}{escape(step.label)}</b>{meaning}</summary>{''.join(body)}</details>"


def _headers(headers: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())


def _body(body: Any) -> str:
    if body is None:
        return "(no body)"
    return body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)


def _message(message: Mapping[str, Any]) -> str:
    """A message as its reader sees it; an e-mail's HTML is shown without scripts, forms or anything fetched."""
    parts = message["parts"]
    when = message["at"][:19].replace("T", " ")
    told = f"{when} · {message['channel']} to {message['user']} · {message['status']} {message['reason'] or ''}"
    head = f"<p class=dim>{escape(told)}</p>"
    if message["channel"] == "email" and message["status"] == "sent":
        inner = escape(_POLICY + str(parts.get("body", "")), quote=True)
        subject = escape(str(parts.get("subject", "")))
        return (
            f"<article>{head}<h3>{subject}</h3><iframe sandbox srcdoc=\"{inner}\" title='{subject}'></iframe></article>"
        )
    rows = "".join(f"<p><b>{escape(name)}</b> {escape(_body(value))}</p>" for name, value in parts.items() if value)
    return f"<article>{head}{rows}</article>"


def curl(entry: Mapping[str, Any], url: str) -> str:
    """A command that repeats a call."""
    request = entry["request"]
    parts = ["curl", "-X", request["method"], shlex.quote(url.rstrip("/") + request["url"])]
    skipped = {"host", "content-length", "connection", "accept-encoding", "user-agent"}
    for name, value in request["headers"].items():
        if name.lower() not in skipped:
            parts += ["-H", shlex.quote(f"{name}: {value}")]
    body = request["body"]
    if body is not None:
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        parts += ["--data-raw", shlex.quote(text)]
    return " ".join(parts)
