package io.cffs.txn.apply;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome.Witness;
import io.cffs.txn.Mutation;
import io.cffs.txn.Mutation.FileBytes;
import io.cffs.txn.Mutation.TimeChange;
import io.cffs.txn.ReadKey;
import io.cffs.txn.validate.CommittedFootprint;
import io.cffs.txn.validate.Validator;
import io.cffs.txn.validate.VersionIndex;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sixteen transactions on one snapshot, with the footprints that their operations have: who may commit. */
class ConcurrentCommitsTest {
    private static final int FUNCTIONS = 16;
    private static final Ino FILE = new Ino(20);
    private static final Name F = Name.of("f");

    private final MapState state = new MapState();
    private final VersionIndex index = new VersionIndex(CommitTs.ZERO, 100, 1000);
    private long now;

    @BeforeEach
    void aFileOfSixteenPages() throws MutationRefused {
        commit(List.of(), List.of(
                new Mutation.CreateInode(MapState.regular(20)),
                new Mutation.PutDentry(Ino.ROOT, F, FILE, FileType.REGULAR),
                new Mutation.SetLength(FILE, -1, FUNCTIONS * 4096)), 0);
    }

    private Optional<Witness> commit(List<ReadKey> reads, List<Mutation> writes, long snapshot)
            throws MutationRefused {
        Optional<Witness> stale = Validator.firstStale(reads, new CommitTs(snapshot), index);
        if (stale.isEmpty()) {
            now++;
            Applied applied = state.commit(writes);
            index.add(new CommittedFootprint(new CommitTs(now), new TxnId(1, now), applied.footprint()));
            state.check();
        }
        return stale;
    }

    private static Mutation touched(Ino ino, long nanos) {
        TimeChange change = new TimeChange(1, nanos, false);
        return new Mutation.SetTimes(ino, null, change, change);
    }

    @Test
    void blindAppendsNeverMeet() throws MutationRefused {
        for (int i = 0; i < FUNCTIONS; i++) {
            List<ReadKey> reads = List.of(new ReadKey.NamePresent(Ino.ROOT, F), new ReadKey.Identity(FILE));
            byte[] line = {(byte) ('a' + i)};
            assertEquals(Optional.empty(), commit(reads,
                    List.of(new Mutation.Append(FILE, new FileBytes.Inline(Bytes.copyOf(line))), touched(FILE, 9 + i)),
                    1));
        }
        byte[] content = state.content(20);
        byte[] tail = Arrays.copyOfRange(content, FUNCTIONS * 4096, content.length);
        assertArrayEquals("abcdefghijklmnop".getBytes(StandardCharsets.UTF_8), tail);
    }

    @Test
    void differentNamesInOneDirectoryNeverMeet() throws MutationRefused {
        for (int i = 0; i < FUNCTIONS; i++) {
            Name name = Name.of("new" + i);
            List<ReadKey> reads = List.of(new ReadKey.NameAbsent(Ino.ROOT, name), new ReadKey.Identity(Ino.ROOT));
            assertEquals(Optional.empty(), commit(reads, List.of(
                    new Mutation.CreateInode(MapState.regular(100 + i)),
                    new Mutation.PutDentry(Ino.ROOT, name, new Ino(100 + i), FileType.REGULAR),
                    touched(Ino.ROOT, 9 + i)), 1));
        }
        assertEquals(FUNCTIONS + 1, state.inode(1).sizeBytes());
        assertEquals(9 + FUNCTIONS - 1, state.inode(1).mtimeNanos());
    }

    @Test
    void differentPagesOfOneFileNeverMeetEvenForWhoKnowsTheLength() throws MutationRefused {
        for (int i = 0; i < FUNCTIONS; i++) {
            List<ReadKey> reads = List.of(
                    new ReadKey.NamePresent(Ino.ROOT, F), new ReadKey.LengthExactly(FILE),
                    new ReadKey.Pages(FILE, i, i));
            byte[] page = new byte[4096];
            Arrays.fill(page, (byte) (i + 1));
            assertEquals(Optional.empty(), commit(reads, List.of(
                    new Mutation.WriteBytes(FILE, i * 4096L, new FileBytes.Inline(Bytes.owning(page))),
                    touched(FILE, 9 + i)), 1));
        }
        byte[] content = state.content(20);
        for (int i = 0; i < FUNCTIONS; i++) {
            assertEquals(i + 1, content[i * 4096 + 17]);
        }
    }

    @Test
    void oneCounterIsWonByOne() throws MutationRefused {
        List<Optional<Witness>> answers = new ArrayList<>();
        for (int i = 0; i < FUNCTIONS; i++) {
            answers.add(commit(List.of(new ReadKey.Pages(FILE, 0, 0)), List.of(new Mutation.WriteBytes(
                    FILE, 0, new FileBytes.Inline(Bytes.ofUtf8("1")))), 1));
        }
        assertEquals(Optional.empty(), answers.getFirst());
        assertTrue(answers.stream().skip(1).allMatch(Optional::isPresent));
    }
}
