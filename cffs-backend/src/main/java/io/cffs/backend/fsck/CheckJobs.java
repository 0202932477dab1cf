package io.cffs.backend.fsck;

import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.VolumeName;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.CheckPort;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;

/**
 * The checks that clients have asked for. At most {@link #RUNNING_MAX} run at once; of the others the last {@link
 * #KEPT_MAX} can still be asked about. Safe for use by many threads.
 */
public final class CheckJobs {
    /** A check holds 54 bytes per inode of its volume. */
    public static final int RUNNING_MAX = 2;
    /** Checks remembered, running ones included. */
    public static final int KEPT_MAX = 16;

    private final Executor executor;
    // Guarded by "this".
    private final Map<Long, Job> jobs = new LinkedHashMap<>();
    private long lastId;

    /** A snapshot that stays readable until it is closed, as long as it is renewed. */
    public interface Pin extends AutoCloseable {
        CommitTs snapshot();

        VersionedStore store();

        /** False when it was too late. */
        boolean renew();

        @Override
        void close();
    }

    /** @param executor runs checks, each for as long as it takes */
    public CheckJobs(Executor executor) {
        this.executor = executor;
    }

    /** Closes the pin when the check ends. Throws BackendException REFUSED, and closes it, when too many run. */
    public synchronized long start(VolumeName volume, Pin pin, VolumeCheck.Level level) {
        if (jobs.values().stream().filter(Job::isRunning).count() >= RUNNING_MAX) {
            pin.close();
            throw new BackendException(BackendException.Cause.REFUSED, RUNNING_MAX
                    + " checks are running already: wait for one to end, or cancel it", null);
        }
        if (jobs.size() >= KEPT_MAX) {
            jobs.remove(jobs.entrySet().stream().filter(job -> !job.getValue().isRunning()).findFirst().orElseThrow()
                    .getKey());
        }
        Job job = new Job(volume, pin, level);
        jobs.put(++lastId, job);
        executor.execute(job::run);
        return lastId;
    }

    /** Throws BackendException REFUSED for a check that is not known. */
    public CheckPort.Report report(VolumeName volume, long check, int findingsFrom) {
        Job job = find(volume, check);
        if (job == null) {
            throw new BackendException(BackendException.Cause.REFUSED,
                    "this backend knows no check " + check + " of volume " + volume + ": start a new one", null);
        }
        return job.report(findingsFrom);
    }

    public void cancel(VolumeName volume, long check) {
        Job job = find(volume, check);
        if (job != null) {
            job.check.cancel();
        }
    }

    /** Ends all checks soon. */
    public synchronized void close() {
        jobs.values().forEach(job -> job.check.cancel());
    }

    private synchronized Job find(VolumeName volume, long check) {
        Job job = jobs.get(check);
        return job != null && job.volume.equals(volume) ? job : null;
    }

    private static final class Job {
        private final VolumeName volume;
        private final Pin pin;
        private final VolumeCheck check;
        private volatile CheckPort.State state = CheckPort.State.RUNNING;
        private volatile String failure;

        Job(VolumeName volume, Pin pin, VolumeCheck.Level level) {
            this.volume = volume;
            this.pin = pin;
            this.check = new VolumeCheck(pin.store(), pin.snapshot(), level, this::keepAlive);
        }

        private void keepAlive() {
            if (!pin.renew()) {
                throw new BackendException(BackendException.Cause.SNAPSHOT_EXPIRED,
                        "the snapshot of the check expired before its end: run it again", null);
            }
        }

        boolean isRunning() {
            return state == CheckPort.State.RUNNING;
        }

        void run() {
            try (pin) {
                check.run();
                state = CheckPort.State.COMPLETE;
            } catch (CancellationException cancelled) {
                state = CheckPort.State.CANCELLED;
            } catch (BackendException failed) {
                failure = failed.getMessage();
                state = CheckPort.State.FAILED;
            } catch (RuntimeException | Error bug) {
                failure = "the check failed inside: " + bug;
                state = CheckPort.State.FAILED;
                throw bug;
            }
        }

        CheckPort.Report report(int findingsFrom) {
            CheckPort.State now = state;
            CheckPort.Report report = check.report();
            List<CheckPort.Finding> findings = report.findings();
            int from = Math.clamp(findingsFrom, 0, findings.size());
            int to = Math.min(findings.size(), from + CheckPort.FINDINGS_PER_REPORT_MAX);
            return new CheckPort.Report(now, report.at(), findings.subList(from, to), report.findingCount(),
                    report.inodes(), report.dentries(), report.blocks(), report.commits(), failure);
        }
    }
}
