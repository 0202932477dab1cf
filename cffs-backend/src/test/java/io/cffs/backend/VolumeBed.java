package io.cffs.backend;

import static io.cffs.backend.Requests.VOLUME;
import static io.cffs.backend.Requests.absent;
import static io.cffs.backend.Requests.begin;
import static io.cffs.backend.Requests.commit;
import static io.cffs.backend.Requests.create;
import static io.cffs.backend.Requests.txn;

import io.cffs.backend.commit.SoleLeader;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A volume in memory, stepped by hand: every interleaving that a test wants, and no other. */
abstract class VolumeBed {
    final FakeTicker ticker = new FakeTicker();
    VolumeParts parts = VolumeParts.inMemory(5);
    LocalBackend backend = backend();
    Volume volume = backend.volume(VOLUME);

    LocalBackend backend() {
        return new LocalBackend(name -> parts, new SoleLeader(), ticker, BackendSettings.DEFAULT, null, Runnable::run,
                () -> { });
    }

    void crash() {
        parts = parts.afterCrash();
        backend = backend();
        volume = backend.volume(VOLUME);
    }

    void run() {
        boolean more;
        do {
            more = volume.sequence() | volume.apply();
        } while (more);
    }

    Begun begun(TxnId txn) {
        return backend.begin(begin(txn)).join();
    }

    CommitOutcome done(CommitRequest request) {
        CompletableFuture<CommitOutcome> outcome = backend.commit(request);
        run();
        return outcome.join();
    }

    CommitOutcome created(long number, String name, String content) {
        return done(commit(txn(number), begun(txn(number)), List.of(absent(name)), create(number, name, content)));
    }

    String content(CommitTs at, long ino) {
        CompletableFuture<List<Fetched>> fetched = backend.fetch(
                VOLUME, at, List.of(new FetchItem(new ObjectKey.BlockKey(new Ino(ino), 0), null)));
        run();
        return switch (fetched.join().getFirst()) {
            case Fetched.Found found -> ((StoredObject.BlockObject) found.object()).raw().toUtf8();
            case Fetched.Absent absent -> null;
            case Fetched.Unchanged unchanged -> "unchanged";
            case Fetched.Patched patched -> "patched";
        };
    }

    static BackendException failure(CompletableFuture<?> future) {
        try {
            future.join();
        } catch (CompletionException failed) {
            return (BackendException) failed.getCause();
        }
        throw new AssertionError("it did not fail");
    }

    static CommitOutcome committed(long ts) {
        return new CommitOutcome.Committed(new CommitTs(ts), false);
    }
}
