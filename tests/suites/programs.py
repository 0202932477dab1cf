"""The suites: how each is started in a directory of the mount, and what in its output counts as passed."""
import dataclasses
import os
import re
import shutil
import subprocess
import sys

STRESSORS = (
    "access chattr chdir chmod chown copy-file dentry dir dirdeep dirmany dnotify dup fallocate fanotify fcntl fiemap "
    "file-ioctl filename flock fpunch fsize fstat getdent handle hdd inode-flags inotify io iomix lease link locka "
    "lockf lockofd mknod open rename symlink sync-file touch utime verity xattr").split()
PYTHON_TESTS = (
    "test_os test_shutil test_mmap test_posix test_tempfile test_fcntl test_pathlib test_stat test_posixpath "
    "test_genericpath test_fileio test_mailbox test_glob test_filecmp test_dbm test_sqlite3 test_zipfile test_tarfile "
    "test_io test_largefile").split()
PYTHON_SHORT = 14
FIO_JOBS = {
    "sequential": "--rw=write --bs=128k --ioengine=psync",
    "sequential-1m": "--rw=write --bs=1m --ioengine=psync --end_fsync=1",
    "random": "--rw=randwrite --bs=4k --ioengine=psync",
    "random-odd": "--rw=randwrite --bsrange=512-64k --bs_unaligned --ioengine=psync",
    "read-write": "--rw=randrw --bs=4k --ioengine=psync",
    "direct": "--rw=randwrite --bs=4k --direct=1 --ioengine=psync",
    "queued": "--rw=randwrite --bs=4k --direct=1 --ioengine=libaio --iodepth=16",
    "mapped": "--rw=randwrite --bs=4k --ioengine=mmap",
    "vectors": "--rw=randwrite --bs=16k --ioengine=pvsync2",
    "two-jobs": "--rw=randwrite --bs=8k --ioengine=psync --numjobs=2",
    "trimmed": "--rw=randwrite --bs=4k --ioengine=psync --fallocate=native --file_append=0",
}


@dataclasses.dataclass
class Result:
    """Of one program run. A test that is skipped as a whole neither passes nor fails."""
    test: str
    passed: int = 0
    skipped: int = 0
    failures: tuple = ()
    why: str = ""

    @property
    def skipped_whole(self):
        return self.skipped > 0 and self.passed == 0 and not self.failures


def execute(command, cwd, logs, name, seconds):
    """Exit status, 124 when it took longer, and what was printed. No process of it is left."""
    path = os.path.join(logs, name + ".log")
    environment = dict(os.environ, TMPDIR=cwd, LC_ALL="C.UTF-8")
    with open(path, "wb") as log:
        process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env=environment, start_new_session=True)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = 124
        finally:
            try:
                os.killpg(process.pid, 9)
            except ProcessLookupError:
                pass
            process.wait()
    with open(path, errors="replace") as log:
        return status, log.read()


def last_line(text, pattern):
    found = [line.strip() for line in text.splitlines() if re.search(pattern, line)]
    return found[-1][:200] if found else ""


def one(test, status, text, pattern="fail|error|Error"):
    """A program that either passes or fails."""
    if status == 0:
        return Result(test, passed=1)
    why = "took too long" if status == 124 else "exit status %d: %s" % (status, last_line(text, pattern))
    return Result(test, failures=(test,), why=why)


def python(work, logs, short):
    results = []
    for test in PYTHON_TESTS[:PYTHON_SHORT] if short else PYTHON_TESTS:
        status, text = execute([sys.executable, "-m", "test", "-v", "--tempdir", work, test], work, logs,
                               "python-" + test, 300)
        if "No module named 'test.%s'" % test in text:  # Debian packages Python's tests without some
            results.append(Result(test, skipped=1))
            continue
        ran = sum(map(int, re.findall(r"^Ran (\d+) tests?", text, re.M)))
        skipped = sum(map(int, re.findall(r"skipped=(\d+)", text)))
        broken = re.findall(r"^(?:FAIL|ERROR): (\w+) ", text, re.M)
        failures = tuple(dict.fromkeys("%s.%s" % (test, name) for name in broken))
        if status != 0 and not failures:
            failures = (test,)
        results.append(Result(test, max(0, ran - skipped - len(failures)), skipped, failures,
                              "exit status %d" % status))
    return results


def fio(work, logs, short):
    results = []
    size = "8m" if short else "64m"
    for name, options in FIO_JOBS.items():
        status, text = execute(
            ["fio", "--name=" + name, "--directory=" + work, "--size=" + size, "--verify=crc32c", "--do_verify=1",
             "--verify_fatal=1", "--randseed=7", "--group_reporting", *options.split()],
            work, logs, "fio-" + name, 180)
        if status == 0 and re.search(r"verify: bad|err=(?! ?0)", text):
            status = 1
        results.append(one(name, status, text, "verify|error"))
    return results


def stress_ng(work, logs, short):
    results = []
    for name in STRESSORS:
        status, text = execute(
            ["stress-ng", "--" + name, "1", "--%s-ops" % name, "50" if short else "300", "--timeout",
             "2s" if short else "8s", "--verify", "--temp-path", work], work, logs, "stress-ng-" + name, 60)
        # 3: no resources, 4: not implemented here; and it says so when the file system lacks what it wants to stress.
        if status in (3, 4) or re.search(r"skipp(ing|ed)|not supported", text) and status == 0:
            results.append(Result(name, skipped=1))
        else:
            results.append(one(name, status, text, "fail|error"))
    return results


def dbench(work, logs, short):
    command = ["dbench", "-c", "/usr/share/dbench/client.txt", "-D", work, "-t", "3" if short else "20"]
    results = []
    for clients in ("1", "4"):
        status, text = execute([*command, clients], work, logs, "dbench-" + clients, 120)
        if status == 0 and "Throughput" not in text:
            status = 1
        results.append(one("clients-" + clients, status, text))
    return results


def bonnie(work, logs, short):
    size = ["-s", "32", "-n", "2"] if short else ["-s", "256", "-n", "8"]
    command = ["bonnie++", "-d", work, "-r", "16", "-f", "-q", *size]
    if os.geteuid() == 0:
        command += ["-u", "root"]
    return [one("all", *execute(command, work, logs, "bonnie", 300))]


def fs_mark(work, logs, short):
    results = []
    for sync in "0123456":
        command = ["fs_mark", "-d", ".", "-n", "50" if short else "500", "-s", "10240", "-t", "2", "-D", "10",
                   "-S", sync]
        results.append(one("sync-" + sync, *execute(command, work, logs, "fs_mark-" + sync, 120)))
    return results


SUITES = {"python": python, "fio": fio, "stress-ng": stress_ng, "dbench": dbench, "bonnie++": bonnie,
          "fs_mark": fs_mark}
PACKAGES = {"python": "libpython3.11-testsuite", "fio": "fio", "stress-ng": "stress-ng", "dbench": "dbench",
            "bonnie++": "bonnie++", "fs_mark": "fsmark"}


def is_there(suite):
    if suite == "python":
        return subprocess.run([sys.executable, "-c", "import test.test_os"], stderr=subprocess.DEVNULL).returncode == 0
    return shutil.which(suite, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin") is not None


def missing_packages(suites):
    unknown = [suite for suite in suites if suite not in SUITES]
    if unknown:
        sys.exit("tests/suites/run: no such suite: %s; there are %s" % (unknown[0], " ".join(SUITES)))
    return [PACKAGES[suite] for suite in suites if not is_there(suite)]


def version(suite):
    asked = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", PACKAGES[suite]], capture_output=True, text=True)
    return asked.stdout or "?"
