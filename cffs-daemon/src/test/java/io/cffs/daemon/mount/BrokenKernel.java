package io.cffs.daemon.mount;

import io.cffs.daemon.session.KernelCaches;
import io.cffs.model.ObjectKey;
import io.cffs.txn.ReadKey;
import java.util.List;

/** Keeps nothing, and fails where no error is expected. */
final class BrokenKernel implements KernelCaches {
    boolean breaks;

    private void mayBreak() {
        if (breaks) {
            throw new IllegalStateException("a bug");
        }
    }

    @Override
    public void prepare(List<ObjectKey> changes) {}

    @Override
    public void expire() {
        mayBreak();
    }

    @Override
    public List<ReadKey> assumed() {
        return List.of();
    }

    @Override
    public int assumedMost() {
        return 0;
    }

    @Override
    public void drain() {
        mayBreak();
    }
}
