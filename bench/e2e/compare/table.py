"""Makes a Markdown table of the JSON lines of workloads.py on stdin: a row per workload, a column per system.

The local file system's figure stands as it is; the others stand beside theirs with how many times as fast they are
(above 1: faster than the local file system).
"""
import json
import sys

rows = {}
systems = []
for line in sys.stdin:
    figure = json.loads(line)
    if figure["system"] not in systems:
        systems.append(figure["system"])
    rows.setdefault(figure["workload"], {})[figure["system"]] = figure
print("| workload | " + " | ".join(systems) + " |")
print("|---" * (len(systems) + 1) + "|")
for workload, figures in rows.items():
    base = figures.get("local")
    cells = []
    for system in systems:
        figure = figures.get(system)
        if figure is None or "failed" in figure:
            cells.append("failed" if figure else "")
            continue
        text = "%.3g %s" % (figure["value"], figure["unit"])
        if figure["value"] >= 1000:
            text = "%d %s" % (figure["value"], figure["unit"])
        if base and system != "local" and "value" in base and base["value"] and figure["value"]:
            faster = base["value"] / figure["value"]
            if figure["unit"] in ("1/s", "MiB/s"):
                faster = 1 / faster
            text += " (%.2f)" % faster
        cells.append(text)
    print("| %s | %s |" % (workload, " | ".join(cells)))
