package io.cffs.daemon.fuse;

import io.cffs.daemon.session.MountDriver;
import io.cffs.fuse.FuseReply;

/** Each fsync(2) commits, and fails when the commit does. */
public class CommitOnSync implements CommitTriggers {
    private final MountDriver driver;
    private final Commands commands;

    public CommitOnSync(MountDriver driver, Commands commands) {
        this.driver = driver;
        this.commands = commands;
    }

    @Override
    public void sync(FuseReply out, Runnable over) {
        commands.answerLater(out, () -> {
            try {
                driver.commitIfChanged();
            } finally {
                over.run();
            }
        }, out::ok);
    }

    final void commitThenAnswer(FuseReply out) {
        commands.answerLater(out, driver::commitIfChanged, out::ok);
    }

    /** Nobody waits for it; how it ended is in {@code /.cffs/commit}. */
    final void commitSoon(Runnable before) {
        commands.soon(() -> {
            before.run();
            driver.commitIfChanged();
        });
    }
}
