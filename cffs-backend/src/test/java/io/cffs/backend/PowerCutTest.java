package io.cffs.backend;

import static io.cffs.backend.Requests.VOLUME;
import static io.cffs.backend.Requests.absent;
import static io.cffs.backend.Requests.begin;
import static io.cffs.backend.Requests.commit;
import static io.cffs.backend.Requests.create;
import static io.cffs.backend.Requests.txn;
import static io.cffs.backend.Requests.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.commit.FileCommitLog;
import io.cffs.backend.commit.SoleLeader;
import io.cffs.backend.disk.MemoryDirectory;
import io.cffs.backend.store.BlockStore;
import io.cffs.backend.store.FileBlockStore;
import io.cffs.backend.store.OrderedVersionedStore;
import io.cffs.backend.store.StagedObjects;
import io.cffs.backend.store.TornFiles;
import io.cffs.backend.store.VersionedStore;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.Mutation;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.DirectoryPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole volume loses power at random moments, several times over: log and blocks on a disk that tears what was not
 * synced, the state in RocksDB with the files of an unfinished flush torn. Every acknowledged commit must be there,
 * in order; of those that were on their way any first part may be; nothing else.
 */
final class PowerCutTest {
    private static final int LIVES = 4;

    @TempDir
    Path temp;

    /** One run from one seed. */
    private final class Run {
        final Seeded random;
        final String where;
        final FakeTicker ticker = new FakeTicker();
        /** Index n: the content of every file after commit n, were it to happen. */
        final List<TreeMap<String, String>> states = new ArrayList<>();
        final TreeMap<String, Long> inos = new TreeMap<>();
        MemoryDirectory logDisk = new MemoryDirectory();
        MemoryDirectory blockDisk = new MemoryDirectory();
        final Path door;
        TornFiles stateDisk;
        VolumeParts parts;
        LocalBackend backend;
        Volume volume;
        int acknowledged;
        long numbers = 10;

        Run(long seed) throws IOException {
            random = new Seeded(seed);
            where = "seed " + seed;
            states.add(new TreeMap<>());
            stateDisk = new TornFiles(temp.resolve("s" + seed));
            door = temp.resolve("door" + seed);
        }

        void live() throws IOException {
            BlockStore blocks = FileBlockStore.open(blockDisk, door);
            FileCommitLog log = FileCommitLog.open(logDisk, 7);
            VersionedStore store = OrderedVersionedStore.openRocks(stateDisk.current(), new StagedObjects(blocks),
                    new VersionedStore.RootDirectory(0755, 0, 0, 1), log.first());
            parts = new VolumeParts(new java.util.UUID(1, 2), log, store, blocks, () -> Long.MAX_VALUE / 2);
            backend = new LocalBackend(name -> parts, new SoleLeader(), ticker, BackendSettings.DEFAULT, null,
                    Runnable::run, () -> { });
            volume = backend.volume(VOLUME);
            stateDisk.synced();
            checkRecovered();
            int commits = random.below(25);
            for (int i = 0; i < commits; i++) {
                CompletableFuture<CommitOutcome> outcome = submit();
                volume.sequence();
                assertInstanceOf(CommitOutcome.Committed.class, outcome.join(), where);
                acknowledged = states.size() - 1;
                switch (random.below(6)) {
                    case 0 -> { }
                    case 1 -> {
                        applyAll();
                        stateDisk.flushing();
                        volume.pipeline().checkpoint();
                        if (random.below(3) > 0) {
                            stateDisk.synced();
                        }
                    }
                    default -> applyAll();
                }
            }
            int inFlight = random.below(5);
            for (int i = 0; i < inFlight; i++) {
                submit();
            }
            if (inFlight > 0) {
                logDisk.failSyncs(1);
                volume.sequence();
            }
        }

        void applyAll() {
            boolean more;
            do {
                more = volume.apply();
            } while (more);
        }

        /** One random commit, with the state that it leads to when it happens. */
        CompletableFuture<CommitOutcome> submit() throws IOException {
            long number = numbers++;
            TxnId txn = txn(number);
            var begun = backend.begin(begin(txn)).join();
            TreeMap<String, String> next = new TreeMap<>(states.getLast());
            List<String> names = new ArrayList<>(next.keySet());
            String name = names.isEmpty() ? null : names.get(random.below(names.size()));
            int dice = name == null ? 0 : random.below(6);
            List<Mutation> writes = new ArrayList<>();
            switch (dice) {
                case 1 -> {
                    String content = "w" + number + "x".repeat(random.below(6000));
                    writes.add(new Mutation.SetLength(new Ino(inos.get(name)), 0, -1));
                    writes.add(write(inos.get(name), 0, content));
                    next.put(name, content);
                }
                case 2 -> {
                    String more = "+" + number;
                    writes.add(new Mutation.Append(
                            new Ino(inos.get(name)), new Mutation.FileBytes.Inline(Bytes.ofUtf8(more))));
                    next.put(name, next.get(name) + more);
                }
                case 3 -> {
                    writes.add(new Mutation.RemoveDentry(
                            Ino.ROOT, Name.of(name), new Ino(inos.get(name)), FileType.REGULAR));
                    next.remove(name);
                }
                case 4 -> {
                    String content = "staged" + number + "y".repeat(random.below(3000));
                    StagedId id = new StagedId(txn, 0);
                    backend.stage(VOLUME, id, Bytes.ofUtf8(content)).join();
                    replace(name, id, content, writes, next);
                }
                case 5 -> {
                    String content = "laid" + number + digits(random.below(9000));
                    StagedId id = new StagedId(txn, 0);
                    backend.stageFile(VOLUME, LaidContent.lay(door, id, content.getBytes(UTF_8))).join();
                    replace(name, id, content, writes, next);
                }
                default -> {
                    String fresh = "f" + number;
                    writes.addAll(create(number, fresh, "c" + number));
                    inos.put(fresh, number);
                    next.put(fresh, "c" + number);
                }
            }
            states.add(next);
            return backend.commit(commit(txn, begun, List.of(absent("g" + number)), writes));
        }

        void replace(String name, StagedId id, String content, List<Mutation> writes, TreeMap<String, String> next) {
            Ino ino = new Ino(inos.get(name));
            writes.add(new Mutation.SetLength(ino, 0, -1));
            writes.add(new Mutation.WriteBytes(ino, 0, new Mutation.FileBytes.Staged(id, 0, content.length())));
            next.put(name, content);
        }

        /** Random letters, which LZ4 cannot make shorter. */
        String digits(int count) {
            return Base64.getEncoder().encodeToString(random.bytes(count));
        }

        void cutPower() throws IOException {
            logDisk = logDisk.afterPowerCut(random);
            blockDisk = blockDisk.afterPowerCut(random);
            stateDisk.cutPower(random);
            parts.store().close();
        }

        void checkRecovered() {
            int found = (int) parts.store().progress().applied().value();
            assertTrue(found >= acknowledged, where + ": lost commits after " + found + " up to " + acknowledged);
            assertTrue(found < states.size(), where + ": has commit " + found + " of " + (states.size() - 1));
            assertEquals(states.get(found), contents(new CommitTs(found)), where + " at " + found);
            // What was on its way and did not make it may never come back.
            states.subList(found + 1, states.size()).clear();
            acknowledged = found;
        }

        TreeMap<String, String> contents(CommitTs at) {
            TreeMap<String, String> contents = new TreeMap<>();
            DirectoryPage page = backend.list(VOLUME, at, Ino.ROOT, null, DirectoryPage.ENTRIES_MAX).join();
            for (DirectoryPage.Entry entry : page.entries()) {
                VersionedStore.Version block = parts.store().get(new ObjectKey.BlockKey(entry.ino(), 0), at);
                String content = ((StoredObject.BlockObject) block.object()).raw().toUtf8();
                assertEquals(entry.inode().sizeBytes(), content.length(), where);
                contents.put(entry.name().toString(), content);
            }
            return contents;
        }
    }

    @Test
    void everythingAcknowledgedSurvivesAndNothingElse() throws IOException {
        for (long seed : Seeded.seeds(30)) {
            Run run = new Run(seed);
            for (int life = 0; life < LIVES; life++) {
                run.live();
                run.cutPower();
            }
            run.live();
            run.backend.close();
        }
    }
}
