package io.cffs.daemon.mount;

import io.cffs.daemon.fuse.Commands;
import io.cffs.daemon.fuse.CommitOnClose;
import io.cffs.daemon.fuse.CommitOnSync;
import io.cffs.daemon.fuse.CommitTriggers;
import io.cffs.daemon.session.MountDriver;
import io.cffs.daemon.session.Session;
import java.util.EnumSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Which moments make a mount of each mode commit. */
final class CommitTriggerChoice {
    private CommitTriggerChoice() {}

    /** How long a mount that changes nothing may show an older state than the newest. */
    private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** @param driver null in mode INVOCATION */
    static CommitTriggers of(
            MountSettings settings, Session session, MountDriver driver, ScheduledExecutorService controlThread,
            Commands commands) {
        if (!EnumSet.of(CommitMode.INVOCATION, CommitMode.MANUAL, CommitMode.RUNS).contains(settings.commitMode())) {
            repeat(controlThread, driver::refreshIfStale, REFRESH_NANOS);
        }
        return switch (settings.commitMode()) {
            case INVOCATION, MANUAL, RUNS -> CommitTriggers.NONE;
            case FSYNC -> new CommitOnSync(driver, commands);
            case CLOSE -> new CommitOnClose(driver, session, commands);
            case INTERVAL -> {
                long nanos = settings.commitInterval().toNanos();
                repeat(controlThread, driver::commitIfChanged, nanos);
                yield CommitTriggers.NONE;
            }
        };
    }

    private static void repeat(ScheduledExecutorService controlThread, Commands.Command command, long everyNanos) {
        controlThread.scheduleWithFixedDelay(
                () -> Commands.unattended(command), everyNanos, everyNanos, TimeUnit.NANOSECONDS);
    }
}
