"""Runs the workloads of compare.sh on one directory and prints one JSON line per figure.

    workloads.py SYSTEM DIRECTORY TOOLS [--control DIRECTORY [--peer MOUNT,CONTROL]...] [--only NAMES] [--quick]

TOOLS holds the compiled helpers and the source tree. With --control each workload is a transaction, from a write to
begin to a write to commit there; what it took to commit is part of its time.
"""
import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time

GIB = 1 << 30


class Transactions:
    """Begins and commits through the control files of a mount; does nothing for a file system without them."""

    def __init__(self, control):
        self.control = control

    def _write(self, verb):
        if self.control:
            with open(os.path.join(self.control, verb), "w") as file:
                file.write("1\n")

    def __enter__(self):
        self._write("begin")

    def __exit__(self, kind, error, trace):
        self._write("abort" if kind else "commit")


class Bench:
    def __init__(self, options):
        self.system = options.system
        self.home = options.directory
        self.tools = options.tools
        self.quick = options.quick
        self.peers = options.peer
        self.transaction = Transactions(options.control)

    def report(self, workload, value, unit):
        print(json.dumps({"system": self.system, "workload": workload, "value": round(value, 3), "unit": unit}),
              flush=True)

    def timed(self, workload, action, transaction=True):
        begin = time.monotonic()
        if transaction:
            with self.transaction:
                action()
        else:
            action()
        self.report(workload, time.monotonic() - begin, "s")

    def path(self, *names):
        return os.path.join(self.home, *names)

    def fio(self, workload, mode, block, direct, jobs):
        command = ["fio", "--name=x", "--filename=" + self.path("fio.dat"), "--size=256m", "--ioengine=psync",
                   "--rw=" + mode, "--bs=" + block, "--direct=%d" % direct, "--numjobs=%d" % jobs, "--group_reporting",
                   "--time_based", "--runtime=2", "--invalidate=0", "--fallocate=none", "--output-format=json"]
        with self.transaction:
            ran = subprocess.run(command, capture_output=True, text=True)
        out = ran.stdout
        if ran.returncode:
            # libfuse's pass-through hands its own unaligned buffers to an O_DIRECT file: EINVAL.
            print("compare: no figure for %s: %s" % (workload, ran.stderr.strip().splitlines()[:1]), file=sys.stderr)
            return
        figures = json.loads(out[out.index("{"):])["jobs"][0]["read" if "read" in mode else "write"]
        self.report(workload, figures["bw_bytes"] / (1 << 20), "MiB/s")

    def io(self):
        with self.transaction, open(self.path("fio.dat"), "wb") as file:
            for _ in range(256):
                file.write(os.urandom(1 << 20))
        modes = ["read", "randread"] if self.quick else ["read", "randread", "write", "randwrite"]
        for mode in modes:
            for block in ["4k", "128k", "1m"]:
                for direct in [0, 1]:
                    for jobs in [1] if self.quick else [1, 2]:
                        name = "%s %s %s %d" % (mode, block, "direct" if direct else "cached", jobs)
                        self.fio(name, mode, block, direct, jobs)
        with self.transaction:
            os.unlink(self.path("fio.dat"))

    def names(self):
        count = 10000
        with self.transaction:
            os.mkdir(self.path("names"))
        for operations in [["create"], ["stat"], ["stat", "stat"], ["readdir"], ["rename"]]:
            with self.transaction:
                out = subprocess.run([self.tools + "/names", self.path("names"), str(count)] + operations, check=True,
                                     capture_output=True, text=True).stdout
            figures = json.loads(out.splitlines()[-1])
            again = " again" if len(operations) > 1 else ""
            self.report(figures["operation"] + again, figures["per_second"], "1/s")

        def listing():
            subprocess.run(["ls", "-l", self.path("names")], check=True, stdout=subprocess.DEVNULL)
        self.timed("ls -l of 10,000 names", listing)
        self.timed("ls -l of 10,000 names, again", listing)
        with self.transaction:
            out = subprocess.run([self.tools + "/names", self.path("names"), str(count), "unlink"], check=True,
                                 capture_output=True, text=True).stdout
            os.rmdir(self.path("names"))
        self.report("unlink", json.loads(out)["per_second"], "1/s")

    def source(self):
        tree = self.path("source")

        def untar():
            os.mkdir(tree)
            subprocess.run(["tar", "-xf", self.tools + "/source.tar", "-C", tree, "--strip-components=1"], check=True)

        def compile():
            objects = os.path.join(tree, "objects")
            os.mkdir(objects)
            files = [os.path.join(at, name) for at, _, names in os.walk(tree) for name in names
                     if name.startswith("l") and name.endswith(".c") and name not in ("ltests.c", "luac.c")]
            for file in files:
                to = os.path.join(objects, os.path.basename(file) + ".o")
                subprocess.run(["cc", "-O0", "-w", "-DLUA_USE_POSIX", "-c", file, "-o", to], check=True)

        def commit_all():
            git = ["git", "-C", tree, "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
            subprocess.run(git + ["init", "-q"], check=True)
            subprocess.run(git + ["add", "."], check=True)
            subprocess.run(git + ["commit", "-q", "-m", "all"], check=True)

        def status():
            subprocess.run(["git", "-C", tree, "status", "--porcelain"], check=True, stdout=subprocess.DEVNULL)
        self.timed("untar", untar)
        self.timed("compile", compile)
        self.timed("git add and commit", commit_all)
        self.timed("git status", status)
        self.timed("git status, again", status)
        with self.transaction:
            shutil.rmtree(tree)

    def bulk(self):
        path = self.path("large")
        piece = os.urandom(1 << 20)

        def write():
            with open(path, "wb") as file:
                for _ in range(1024):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())

        def change():
            with open(path, "r+b", buffering=0) as file:
                file.seek(512 << 20)
                file.write(piece[:4096])
                os.fsync(file.fileno())

        def copy():
            subprocess.run(["cp", path, path + ".copy"], check=True)
        self.timed("1 GiB written and durable", write)
        times = []
        for _ in range(21):
            begin = time.monotonic()
            with self.transaction:
                change()
            times.append(time.monotonic() - begin)
        self.report("4 KiB changed in 1 GiB, durable", sorted(times)[10] * 1000, "ms")
        self.timed("1 GiB copied with cp", copy)
        with self.transaction:
            os.unlink(path)
            os.unlink(path + ".copy")

    def database(self):
        """One row per transaction, by one function. A mount that commits needs no sync of SQLite's own."""
        count = 50
        with self.transaction:
            made = sqlite3.connect(self.path("bench.db"))
            made.execute("create table t (id integer primary key, body text)")
            made.commit()
            made.close()
        begin = time.monotonic()
        for number in range(count):
            with self.transaction:
                base = sqlite3.connect(self.path("bench.db"), timeout=60)
                base.execute("insert into t (body) values (?)", ("row %d" % number,))
                base.commit()
                base.close()
        self.report("SQLite transactions, 1 function", count / (time.monotonic() - begin), "1/s")
        with self.transaction:
            os.unlink(self.path("bench.db"))

    def functions(self):
        """One row per transaction, 8 functions on one database, each on a mount of its own, caches and code warm."""
        peers = [place.split(",") for place in self.peers] or [[self.home]] * 8
        base = os.path.join(self.home if self.transaction.control else peers[0][0], "shared.db")
        with self.transaction:
            made = sqlite3.connect(base)
            made.execute("create table t (id integer primary key, body text)")
            made.commit()
            made.close()
        warm, seconds = (5, 5) if self.quick else (20, 20)
        start = time.monotonic() + warm
        rows = os.path.join(os.path.dirname(__file__), "rows.py")
        running = [subprocess.Popen([sys.executable, rows, os.path.join(peer[0], "shared.db"), str(start),
                                     str(start + seconds)] + peer[1:], stdout=subprocess.PIPE, text=True)
                   for peer in peers]
        said = [json.loads(each.communicate(timeout=600)[0] or '{"rows": 0, "counted": 0, "lost": 0}')
                for each in running]
        with self.transaction:
            made = sqlite3.connect(base)
            found = made.execute("select count(*) from t").fetchone()[0]
            sound = made.execute("pragma integrity_check").fetchone()[0]
            made.close()
        added = sum(one["rows"] for one in said)
        failed = sum(each.returncode != 0 for each in running)
        if failed or found != added or sound != "ok":
            raise OSError("%d of %d rows, integrity %s, %d functions failed" % (found, added, sound, failed))
        counted = [one["counted"] for one in said]
        self.report("SQLite transactions, 8 functions", sum(counted) / seconds, "1/s")
        self.report("the same, of the function with the fewest", min(counted) / seconds, "1/s")
        if self.transaction.control:
            self.report("runs lost to conflicts, for each row", sum(one["lost"] for one in said) / sum(counted), "runs")
        with self.transaction:
            os.unlink(base)

    def invocation(self):
        tool = self.tools + "/invocation"
        files = self.path("files")
        with self.transaction:
            os.mkdir(files)
            subprocess.run([tool, "prepare", files], check=True)
        command = [tool, "run", files, "200"] + ([self.transaction.control] if self.transaction.control else [])
        subprocess.run(command, check=True, capture_output=True)
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        self.report("small-file invocation", json.loads(out)["p50_us"] / 1000, "ms")
        if not self.transaction.control: # a commit is durable as it is
            out = subprocess.run([tool, "durable", files, "200"], check=True, capture_output=True, text=True).stdout
        self.report("the same, durable", json.loads(out)["p50_us"] / 1000, "ms")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("system")
    parser.add_argument("directory")
    parser.add_argument("tools")
    parser.add_argument("--control")
    parser.add_argument("--peer", action="append", default=[], help="MOUNT,CONTROL of one more mount of the volume")
    parser.add_argument("--only", default="names,source,database,functions,invocation,bulk,io")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    bench = Bench(options)
    for name in options.only.split(","):
        try:
            getattr(bench, name)()
        except (OSError, subprocess.SubprocessError, sqlite3.Error) as error:
            # One system without one workload is a finding, not the end of the comparison.
            print(json.dumps({"system": options.system, "workload": name, "failed": str(error)}), flush=True)
            print("compare: %s failed on %s: %s" % (name, options.system, error), file=sys.stderr)


main()
