package io.cffs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.cache.SettableTicker;
import io.cffs.daemon.mount.MemoryVolume;
import io.cffs.daemon.mount.TestSession;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.vfs.FreshPages;
import io.cffs.daemon.vfs.NodeTable;
import io.cffs.fuse.FuseNotifier;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KernelNoticesTest {
    private final TestSession parts = new TestSession(new MemoryVolume(), false);
    private final Session session = parts.session();
    private final SettableTicker ticker = new SettableTicker();
    private final KernelNotices notices = new KernelNotices(session, session.nodes(), new FreshPages(ticker),
            false, false, Runnable::run, false);
    private final List<String> sent = new ArrayList<>();

    @AfterEach
    void close() {
        parts.close();
    }

    private void kernelHolds() {
        session.nodes().countLookup(5);
        session.nodes().giveAttributes(5, false, false);
        session.nodes().countLookup(6);
        session.nodes().open(6, 1, true, false);
        session.nodes().giveName(1, Name.of("a"), 5);
    }

    private void expireAll() {
        notices.prepare(null);
        notices.expire();
    }

    @Test
    void whatHasNotChangedNeedsNoNotice() {
        notices.connected(new Recorder(true));
        kernelHolds();
        notices.prepare(List.of());
        notices.expire();
        assertEquals(List.of("pages 6"), sent);
        sent.clear();
        notices.prepare(List.of(new ObjectKey.DentryKey(Ino.ROOT, Name.of("a")), new ObjectKey.InodeKey(new Ino(5))));
        notices.expire();
        assertEquals(List.of("name 1/a", "attributes 5", "pages 6"), sent);
    }

    @Test
    void namesExpireAtOnceWhereTheKernelCan() {
        notices.connected(new Recorder(true));
        kernelHolds();
        expireAll();
        assertEquals(List.of("epoch", "attributes 5", "pages 6"), sent);
    }

    @Test
    void namesExpireOneByOneWhereItCannot() {
        notices.connected(new Recorder(false));
        kernelHolds();
        expireAll();
        assertEquals(List.of("name 1/a", "attributes 5", "pages 6"), sent);
        sent.clear();
        expireAll();
        assertEquals(List.of("pages 6"), sent);
    }

    private KernelNotices whereProgramsStay(Executor background, boolean requestsWait) {
        KernelNotices staying = new KernelNotices(session, session.nodes(), new FreshPages(ticker), false, true,
                background, requestsWait);
        staying.connected(new Recorder(true));
        kernelHolds();
        return staying;
    }

    /** An epoch would take directories that somebody works in off their path. */
    @Test
    void whereProgramsStayNamesExpireOneByOne() {
        KernelNotices staying = whereProgramsStay(Runnable::run, true);
        staying.prepare(null);
        staying.expire();
        assertEquals(List.of("name 1/a", "attributes 5", "pages 6"), sent);
    }

    @Test
    void whereNoRequestWaitsForACommitNoOtherThreadIsAsked() {
        KernelNotices staying = whereProgramsStay(_ -> sent.add("another thread"), false);
        staying.prepare(null);
        staying.expire();
        assertEquals(List.of("name 1/a", "attributes 5", "pages 6"), sent);
    }

    @Test
    void whereProgramsStayTooManyNamesExpireAtOnce() {
        KernelNotices staying = whereProgramsStay(Runnable::run, true);
        for (int i = 0; i <= NodeTable.KEPT_MAX; i++) {
            session.nodes().giveName(1, Name.of("n" + i), 0);
        }
        staying.prepare(null);
        staying.expire();
        assertEquals(List.of("epoch", "attributes 5", "pages 6"), sent);
    }

    /** The kernel holds the directory's lock until its fsync is answered, and that comes after. */
    @Test
    void noNameIsWaitedForWhileADirectoryIsSynced() {
        List<Runnable> aside = new ArrayList<>();
        KernelNotices staying = whereProgramsStay(aside::add, true);
        Runnable over = staying.directorySync();
        expireA(staying);
        assertEquals(List.of("epoch", "pages 6"), sent);
        assertEquals(List.of(), aside);
        over.run();

        sent.clear();
        staying.connected(new Recorder(false));
        Runnable second = staying.directorySync();
        expireA(staying);
        assertEquals(List.of("pages 6"), sent);
        second.run();
        aside.forEach(Runnable::run);
        assertEquals(List.of("pages 6", "name 1/a"), sent);
    }

    @Test
    void aDirectoryThatIsSyncedMeanwhileEndsTheWait() {
        KernelNotices[] staying = new KernelNotices[1];
        staying[0] = whereProgramsStay(notSent -> staying[0].directorySync(), true);
        expireA(staying[0]);
        assertEquals(List.of("epoch", "pages 6"), sent);
    }

    private void expireA(KernelNotices staying) {
        kernelHolds();
        staying.prepare(List.of(new ObjectKey.DentryKey(Ino.ROOT, Name.of("a"))));
        staying.expire();
    }

    /** What was read between the notice and the write may be from before the write, though the kernel had the bytes. */
    @Test
    void pagesReadAnewBeforeAWriteCameAreDroppedAgain() {
        notices.connected(new Recorder(true));
        kernelHolds();
        assertFalse(notices.leavesOldPages(6, 0, 100));
        expireAll();
        sent.clear();
        assertFalse(notices.leavesOldPages(6, 0, 100));
        notices.read(6, 4096, 4096);
        notices.read(7, 0, 4096);
        assertFalse(notices.leavesOldPages(6, 0, 4096));
        assertFalse(notices.leavesOldPages(6, 8192, 1));
        assertTrue(notices.leavesOldPages(6, 8191, 1));
        assertFalse(notices.leavesOldPages(7, 0, 1));
        notices.dropPages(6, 8191, 1);
        assertEquals(List.of("pages 6 from 8191 to 8192"), sent);
        ticker.advanceMillis(400);
        assertTrue(notices.leavesOldPages(6, 4096, 1));
        ticker.advanceMillis(400);
        assertTrue(notices.leavesOldPages(6, 4096, 1));
        ticker.advanceMillis(600);
        assertFalse(notices.leavesOldPages(6, 4096, 1));
    }

    @Test
    void aNoticeThatTheKernelCannotTakeYetIsNotWaitedForLong() {
        List<Runnable> never = new ArrayList<>();
        whereProgramsStay(never::add, false).dropPages(6, 0, 1);
        assertEquals(1, never.size());
    }

    @Test
    void onlyWhatMayBeMappedForWritingIsDrained() {
        notices.connected(new Recorder(true));
        kernelHolds();
        session.nodes().open(7, 1, false, false);
        session.nodes().open(8, 1, true, true);
        notices.drain();
        assertEquals(List.of("pages 8"), sent);
    }

    @Test
    void nothingIsSentBeforeThereIsAConnection() {
        kernelHolds();
        session.nodes().open(8, 1, true, true);
        expireAll();
        notices.drain();
        assertEquals(List.of(), sent);
    }

    private final class Recorder implements FuseNotifier {
        private final boolean epoch;

        Recorder(boolean epoch) {
            this.epoch = epoch;
        }

        @Override
        public boolean expireEntry(long parentNodeId, byte[] name) {
            return sent.add("name " + parentNodeId + "/" + new String(name, StandardCharsets.UTF_8));
        }

        @Override
        public boolean delete(long parentNodeId, long childNodeId, byte[] name) {
            return sent.add("delete " + childNodeId);
        }

        @Override
        public boolean invalAttributes(long nodeId) {
            return sent.add("attributes " + nodeId);
        }

        @Override
        public boolean invalInode(long nodeId, long offset, long length) {
            return sent.add("pages " + nodeId + (length == 0 ? "" : " from " + offset + " to " + (offset + length)));
        }

        @Override
        public boolean supportsEpoch() {
            return epoch;
        }

        @Override
        public boolean incEpoch() {
            return epoch && sent.add("epoch");
        }
    }
}
