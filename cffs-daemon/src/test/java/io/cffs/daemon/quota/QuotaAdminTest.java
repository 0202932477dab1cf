package io.cffs.daemon.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.BackendSettings;
import io.cffs.backend.EmbeddedStore;
import io.cffs.backend.LocalBackend;
import io.cffs.daemon.cache.RealTicker;
import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.Quota;
import io.cffs.model.Quota.Phase;
import io.cffs.model.VolumeName;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.CheckPort;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuotaAdminTest {
    private static final long PAGE = 4096;
    private static final VolumeName VOLUME = VolumeName.DEFAULT;
    private static final Ticker CLOCK = new RealTicker();

    private final LocalBackend backend = EmbeddedStore.inMemory(CLOCK, BackendSettings.DEFAULT,
            Thread.ofPlatform().daemon().factory(), Thread::startVirtualThread);
    private final SplittableRandom ids = new SplittableRandom(7);
    private final SmallCommits commits = new SmallCommits(backend, VOLUME, this::nextId);
    private final QuotaAdmin admin = new QuotaAdmin(backend, VOLUME, this::nextId);

    private synchronized long nextId() {
        return ids.nextLong();
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private long inos(int count) {
        return backend.reserveInos(VOLUME, count).join().first();
    }

    private static Inode inode(long ino, FileType type, Ino parent) {
        return new Inode(new Ino(ino), type, 0755, 0, 0, 0, 0, 1, 1, 1, 1, 0,
                type == FileType.DIRECTORY ? parent : null, null);
    }

    private static List<Mutation> create(long ino, FileType type, Ino parent, String name) {
        return List.of(new Mutation.CreateInode(inode(ino, type, parent)),
                new Mutation.PutDentry(parent, Name.of(name), new Ino(ino), type));
    }

    private Ino make(FileType type, Ino parent, String name) {
        long ino = inos(1);
        commit(create(ino, type, parent, name));
        return new Ino(ino);
    }

    private void commit(List<Mutation> writes) {
        try (SmallCommits.Attempt attempt = commits.begin()) {
            assertTrue(attempt.commit(List.of(), writes));
        }
    }

    private static Mutation append(Ino file, int bytes) {
        return new Mutation.Append(file, new Mutation.FileBytes.Inline(Bytes.owning(new byte[bytes])));
    }

    /** Files of ten bytes, which take a page each. */
    private void files(Ino parent, String prefix, int count) {
        List<Mutation> writes = new ArrayList<>();
        long first = inos(count);
        for (int i = 0; i < count; i++) {
            writes.addAll(create(first + i, FileType.REGULAR, parent, prefix + i));
            writes.add(append(new Ino(first + i), 10));
        }
        commit(writes);
    }

    private void expectClean() {
        long check = backend.startCheck(VOLUME, false).join();
        CheckPort.Report report;
        do {
            Thread.onSpinWait();
            report = backend.checkReport(VOLUME, check, 0).join();
        } while (report.state() == CheckPort.State.RUNNING);
        assertEquals(List.of(), report.findings());
    }

    private static void nothing(long counted) {
        assertTrue(counted >= 0);
    }

    @Test
    void whatADirectoryHoldsIsCountedAndUncounted() throws QuotaRefused {
        Ino top = make(FileType.DIRECTORY, Ino.ROOT, "top");
        Ino sub = make(FileType.DIRECTORY, top, "sub");
        files(top, "a", 1500);
        files(sub, "b", 700);
        files(Ino.ROOT, "outside", 3);
        List<Long> told = new ArrayList<>();

        QuotaAdmin.Placed placed = admin.set("/top", 10_000_000L, null, told::add);
        assertEquals(new QuotaAdmin.Placed("/top", top,
                new Quota(10_000_000, Quota.UNLIMITED, 2200 * PAGE, 2202, Phase.COMPLETE)), placed);
        assertEquals(2201, told.getLast());
        expectClean();

        admin.set("top/", null, 2202L, QuotaAdminTest::nothing);
        assertEquals(new Quota(10_000_000, 2202, 2200 * PAGE, 2202, Phase.COMPLETE), admin.show("/top/sub").quota());
        BackendException refused = assertThrows(BackendException.class, () -> files(sub, "more", 1));
        assertTrue(refused.getMessage().contains("quota of the directory with inode " + top.value()),
                refused.getMessage());

        admin.remove("/top", QuotaAdminTest::nothing);
        assertEquals(List.of(), admin.showAll());
        files(sub, "more", 1);
        expectClean();
    }

    @Test
    void theVolumeNeedsNoCounting() throws QuotaRefused {
        files(Ino.ROOT, "a", 5);
        assertEquals(new Quota(100_000, 10, 5 * PAGE, 6, Phase.COMPLETE),
                admin.set("/", 100_000L, 10L, QuotaAdminTest::nothing).quota());
        assertThrows(BackendException.class, () -> files(Ino.ROOT, "b", 6));
        files(Ino.ROOT, "b", 4);
        admin.remove("/", QuotaAdminTest::nothing);
        files(Ino.ROOT, "c", 6);
        expectClean();
    }

    @Test
    void whatCannotBeIsRefusedWithTheReason() throws QuotaRefused {
        Ino top = make(FileType.DIRECTORY, Ino.ROOT, "top");
        Ino sub = make(FileType.DIRECTORY, top, "sub");
        make(FileType.DIRECTORY, sub, "deep");
        files(top, "f", 1);
        refused("is no directory", () -> admin.set("/top/f0", 1L, null, QuotaAdminTest::nothing));
        refused("there is no /nowhere", () -> admin.set("/nowhere", 1L, null, QuotaAdminTest::nothing));
        refused("is no path", () -> admin.set("/top/..", 1L, null, QuotaAdminTest::nothing));
        refused("has no quota", () -> admin.remove("/top", QuotaAdminTest::nothing));
        refused("neither /top nor the volume", () -> admin.show("/top"));
        admin.set("/top/sub", 1L, null, QuotaAdminTest::nothing);
        refused("already counts to the quota of /top/sub",
                () -> admin.set("/top/sub/deep", 1L, null, QuotaAdminTest::nothing));
        refused("remove that one first", () -> admin.set("/top", 1L, null, QuotaAdminTest::nothing));
    }

    private static void refused(String part, org.junit.jupiter.api.function.Executable call) {
        String sentence = assertThrows(QuotaRefused.class, call).getMessage();
        assertTrue(sentence.contains(part), sentence);
    }

    @Test
    void whoWasInterruptedSaysItAgain() throws QuotaRefused {
        Ino top = make(FileType.DIRECTORY, Ino.ROOT, "top");
        Ino sub = make(FileType.DIRECTORY, top, "sub");
        files(sub, "a", 1200);
        files(top, "b", 1200);
        IllegalStateException stop = new IllegalStateException("interrupted");
        assertEquals(stop, assertThrows(IllegalStateException.class, () -> admin.set("/top", 5L, 5L, counted -> {
            throw stop;
        })));
        Quota half = admin.show("/top").quota();
        assertEquals(Phase.COUNTING, half.phase());
        assertTrue(half.inodesUsed() < 2402);
        assertEquals(new Quota(5, 9, 2400 * PAGE, 2402, Phase.COMPLETE),
                admin.set("/top", null, 9L, QuotaAdminTest::nothing).quota());

        assertThrows(IllegalStateException.class, () -> admin.remove("/top", counted -> {
            throw stop;
        }));
        assertEquals(Phase.REMOVING, admin.showAll().getFirst().quota().phase());
        files(sub, "unlimited", 10);
        admin.remove("/top", QuotaAdminTest::nothing);
        assertEquals(List.of(), admin.showAll());
        expectClean();
    }

    /** Names come, go and move in all directories while they are counted, and uncounted, and counted again. */
    @Test
    void othersGoOnMeanwhile() throws Exception {
        Ino top = make(FileType.DIRECTORY, Ino.ROOT, "top");
        List<Ino> directories = new ArrayList<>(List.of(Ino.ROOT, top));
        for (int i = 0; i < 4; i++) {
            directories.add(make(FileType.DIRECTORY, directories.get(1 + i), "sub" + i));
        }
        for (Ino directory : directories) {
            files(directory, "f", 150);
        }
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Integer> churn = CompletableFuture.supplyAsync(() -> churn(directories, stop));
        try {
            for (int round = 0; round < 3; round++) {
                admin.set("/top", Quota.UNLIMITED, null, QuotaAdminTest::nothing);
                admin.remove("/top", QuotaAdminTest::nothing);
            }
            admin.set("/top", Quota.UNLIMITED, null, QuotaAdminTest::nothing);
        } finally {
            stop.set(true);
        }
        assertTrue(churn.get() > 10, "others got on: " + churn.get());
        expectClean();
        assertEquals(Phase.COMPLETE, admin.show("/top").quota().phase());
    }

    private int churn(List<Ino> directories, AtomicBoolean stop) {
        SmallCommits own = new SmallCommits(backend, VOLUME, this::nextId);
        SplittableRandom random = new SplittableRandom(3);
        int done = 0;
        for (int i = 0; !stop.get(); i++) {
            try (SmallCommits.Attempt attempt = own.begin()) {
                done += oneChange(attempt, directories, random, i) ? 1 : 0;
            } catch (BackendException crossed) {
                assertEquals(BackendException.Cause.REFUSED, crossed.kind());
            }
        }
        return done;
    }

    private boolean oneChange(SmallCommits.Attempt attempt, List<Ino> directories, SplittableRandom random, int i) {
        Ino from = directories.get(random.nextInt(directories.size()));
        Ino to = directories.get(random.nextInt(directories.size()));
        Name name = Name.of("f" + random.nextInt(200));
        Name fresh = Name.of("new" + i);
        DirectoryPage page = attempt.list(from, null, DirectoryPage.ENTRIES_MAX);
        DirectoryPage.Entry there = page.entries().stream()
                .filter(entry -> entry.name().compareTo(name) >= 0 && entry.type() == FileType.REGULAR)
                .findFirst().orElse(null);
        if (there == null || random.nextInt(3) == 0) {
            return attempt.commit(List.of(), create(inos(1), FileType.REGULAR, to, fresh.toString()));
        }
        List<Mutation> writes = new ArrayList<>(
                List.of(new Mutation.RemoveDentry(from, there.name(), there.ino(), FileType.REGULAR)));
        if (random.nextBoolean()) {
            writes.add(new Mutation.PutDentry(to, fresh, there.ino(), FileType.REGULAR));
            writes.add(append(there.ino(), random.nextInt(50)));
        }
        return attempt.commit(List.of(new ReadKey.NamePresent(from, there.name())), writes);
    }
}
