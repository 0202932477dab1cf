package io.cffs.backend;

import static io.cffs.backend.Requests.VOLUME;
import static io.cffs.backend.Requests.absent;
import static io.cffs.backend.Requests.commit;
import static io.cffs.backend.Requests.create;
import static io.cffs.backend.Requests.txn;
import static io.cffs.backend.Requests.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.cffs.model.Blocks;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.Mutation;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Commits that share a group follow on one another as others do, also for what comes long after them. */
final class OneGroupTest extends VolumeBed {
    private static final long FILE = 10;
    private static final long END = Blocks.BLOCK_BYTES + 8L;

    private CommitOutcome alone(long number, Mutation... writes) {
        return done(commit(txn(number), begun(txn(number)), List.of(), List.of(writes)));
    }

    private static Mutation length(long cutTo, long extendTo) {
        return new Mutation.SetLength(new Ino(FILE), cutTo, extendTo);
    }

    @Test
    void whatWasCutOffInTheGroupThatWroteItDoesNotComeBack() {
        List<Mutation> made = new ArrayList<>(create(FILE, "f", "x".repeat(Blocks.BLOCK_BYTES)));
        made.add(write(FILE, Blocks.BLOCK_BYTES, "aaaaaaaa"));
        assertEquals(committed(1), done(commit(txn(1), begun(txn(1)), List.of(absent("f")), made)));
        List<CompletableFuture<CommitOutcome>> group = new ArrayList<>();
        Begun begun = begun(txn(2));
        List<Mutation> written = List.of(write(FILE, Blocks.BLOCK_BYTES, "bbbbbbbb"));
        group.add(backend.commit(commit(txn(2), begun, List.of(), written)));
        group.add(backend.commit(commit(txn(3), begun, List.of(), List.of(length(Blocks.BLOCK_BYTES, -1)))));
        volume.sequence();
        assertEquals(List.of(committed(2), committed(3)), group.stream().map(CompletableFuture::join).toList());
        run();
        assertEquals(committed(4), alone(4, length(-1, END)));
        assertEquals(committed(5), alone(5, length(END - 4, -1)));
        CompletableFuture<List<Fetched>> last = backend.fetch(VOLUME, begun(txn(6)).snapshot(),
                List.of(new FetchItem(new ObjectKey.BlockKey(new Ino(FILE), 1), null)));
        assertInstanceOf(Fetched.Absent.class, last.join().getFirst());
    }
}
