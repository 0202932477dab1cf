package io.cffs.daemon.fuse;

import io.cffs.daemon.session.MountDriver;
import io.cffs.fuse.FuseReply;
import io.cffs.model.FsException;
import java.util.concurrent.Executor;

/** Each fsync(2) commits, and fails when the commit does. */
public class CommitOnSync implements CommitTriggers {
    private final MountDriver driver;
    private final Executor controlThread;

    public CommitOnSync(MountDriver driver, Executor controlThread) {
        this.driver = driver;
        this.controlThread = controlThread;
    }

    @Override
    public void sync(FuseReply out) {
        commitThenAnswer(out);
    }

    final void commitThenAnswer(FuseReply out) {
        out.later(null);
        controlThread.execute(() -> Answers.answer(out, () -> {
            driver.commitIfChanged();
            out.ok();
        }));
    }

    /** Nobody waits for it; how it ended is in {@code /.cffs/commit}. */
    final void commitSoon(Runnable before) {
        controlThread.execute(() -> {
            before.run();
            try {
                driver.commitIfChanged();
            } catch (FsException e) {
                // The driver has written down why, and has opened the next attempt.
                return;
            }
        });
    }
}
