package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.ObjectKey.DentryKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.model.ObjectKey.XattrKey;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import io.cffs.txn.port.LaidFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;

/** Objects with versions, and a record of what was asked. Answers at once, unless told to hold or change an answer. */
public final class FakeBackend implements BackendPort {
    private final Map<ObjectKey, TreeMap<CommitTs, Optional<StoredObject>>> versions = new HashMap<>();
    final List<List<FetchItem>> fetches = new CopyOnWriteArrayList<>();
    final List<Name> listings = new CopyOnWriteArrayList<>();
    public final Map<StagedId, Bytes> staged = new TreeMap<>(Comparator.comparingInt(StagedId::sequence));
    /** Applied to every answer of fetch: to hold it back, or to spoil it. */
    volatile UnaryOperator<CompletableFuture<List<Fetched>>> fetchAnswer = answer -> answer;
    /** Applied to every answer of stage. */
    public volatile UnaryOperator<CompletableFuture<Void>> stageAnswer = answer -> answer;
    /** Where objects may be left as files; null for nowhere. */
    public volatile Path door;
    /** Objects that came as files. */
    public final Set<StagedId> laid = ConcurrentHashMap.newKeySet();
    /** Whether a dentry brings its inode along. */
    volatile boolean related;

    synchronized void put(long at, ObjectKey key, StoredObject objectOrNull) {
        versions.computeIfAbsent(key, k -> new TreeMap<>()).put(new CommitTs(at), Optional.ofNullable(objectOrNull));
    }

    void putFile(long at, long parent, String name, long ino, long sizeBytes) {
        put(at, new DentryKey(new Ino(parent), Name.of(name)),
                new StoredObject.DentryObject(new Ino(ino), FileType.REGULAR));
        put(at, new InodeKey(new Ino(ino)), new StoredObject.InodeObject(file(ino, sizeBytes)));
    }

    void putBlock(long at, long ino, long index, byte fill, int length) {
        put(at, new BlockKey(new Ino(ino), index), new StoredObject.BlockObject(filled(fill, length)));
    }

    static Bytes filled(byte fill, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, fill);
        return Bytes.owning(bytes);
    }

    static Inode file(long ino, long sizeBytes) {
        return new Inode(new Ino(ino), FileType.REGULAR, 0644, 0, 0, 1, sizeBytes, 0, 0, 0, 0, 0, null, null);
    }

    int itemCount() {
        return fetches.stream().mapToInt(List::size).sum();
    }

    @Override
    public CompletableFuture<List<Fetched>> fetch(VolumeName volume, CommitTs snapshot, List<FetchItem> items) {
        fetches.add(items);
        List<Fetched> answer = new ArrayList<>();
        for (FetchItem item : items) {
            Fetched fetched = read(snapshot, item);
            answer.add(fetched);
            if (related && fetched instanceof Fetched.Found found
                    && found.object() instanceof StoredObject.DentryObject dentry) {
                answer.add(read(snapshot, new FetchItem(new InodeKey(dentry.ino()), null)));
            }
        }
        return fetchAnswer.apply(CompletableFuture.completedFuture(answer));
    }

    private synchronized Fetched read(CommitTs snapshot, FetchItem item) {
        TreeMap<CommitTs, Optional<StoredObject>> history = versions.get(item.key());
        Map.Entry<CommitTs, Optional<StoredObject>> newest = history == null ? null : history.floorEntry(snapshot);
        if (newest == null || newest.getValue().isEmpty()) {
            return new Fetched.Absent(item.key());
        }
        if (Objects.equals(newest.getKey(), item.known())) {
            return new Fetched.Unchanged(item.key(), newest.getKey());
        }
        return new Fetched.Found(item.key(), newest.getKey(), newest.getValue().get());
    }

    @Override
    public synchronized CompletableFuture<DirectoryPage> list(
            VolumeName volume, CommitTs snapshot, Ino directory, Name after, int limit) {
        listings.add(after == null ? Name.of("(start)") : after);
        List<DirectoryPage.Entry> entries = new ArrayList<>();
        List<Name> names = versions.keySet().stream()
                .filter(key -> key instanceof DentryKey dentry && dentry.parent().equals(directory))
                .map(key -> ((DentryKey) key).name())
                .filter(name -> after == null || name.compareTo(after) > 0)
                .sorted()
                .toList();
        for (Name name : names) {
            if (read(snapshot, new FetchItem(new DentryKey(directory, name), null)) instanceof Fetched.Found found) {
                if (entries.size() == limit) {
                    return CompletableFuture.completedFuture(new DirectoryPage(entries, false));
                }
                StoredObject.DentryObject dentry = (StoredObject.DentryObject) found.object();
                Fetched.Found inode =
                        (Fetched.Found) read(snapshot, new FetchItem(new InodeKey(dentry.ino()), null));
                entries.add(new DirectoryPage.Entry(
                        name, dentry.ino(), dentry.type(), ((StoredObject.InodeObject) inode.object()).inode()));
            }
        }
        return CompletableFuture.completedFuture(new DirectoryPage(entries, true));
    }

    @Override
    public synchronized CompletableFuture<FileExtents> extents(VolumeName volume, CommitTs snapshot, Ino ino,
            long fromPage) {
        FileExtents.Gatherer found = new FileExtents.Gatherer(fromPage);
        versions.keySet().stream().filter(key -> key instanceof BlockKey block && block.ino().equals(ino))
                .sorted(Comparator.comparingLong(key -> ((BlockKey) key).index()))
                .forEach(key -> {
                    if (read(snapshot, new FetchItem(key, null)) instanceof Fetched.Found block) {
                        found.add(((BlockKey) key).index(), ((StoredObject.BlockObject) block.object()).pages());
                    }
                });
        return CompletableFuture.completedFuture(found.extents());
    }

    @Override
    public synchronized CompletableFuture<List<Name>> xattrNames(VolumeName volume, CommitTs snapshot, Ino ino) {
        return CompletableFuture.completedFuture(versions.keySet().stream()
                .filter(key -> key instanceof XattrKey xattr && xattr.ino().equals(ino)
                        && read(snapshot, new FetchItem(key, null)) instanceof Fetched.Found)
                .map(key -> ((XattrKey) key).name())
                .sorted()
                .toList());
    }

    @Override
    public CompletableFuture<Void> stage(VolumeName volume, StagedId id, Bytes bytes) {
        synchronized (this) {
            staged.put(id, bytes);
        }
        return stageAnswer.apply(CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletableFuture<String> stagingDirectory(VolumeName volume) {
        return CompletableFuture.completedFuture(door == null ? null : door.toString());
    }

    /** As the real one takes it: whole, and as it was described. */
    @Override
    public CompletableFuture<Void> stageFile(VolumeName volume, LaidFile file) {
        try {
            Path path = door.resolve(LaidFile.fileName(file.object()));
            byte[] all = Files.readAllBytes(path);
            Files.delete(path);
            int head = LaidFile.headBytes(file.lengthBytes());
            assertEquals(head + file.lengthBytes(), all.length);
            for (int i = 0; i < file.checksums().size(); i++) {
                CRC32C crc = new CRC32C();
                int from = i * Blocks.BLOCK_BYTES;
                crc.update(all, head + from, Math.min(Blocks.BLOCK_BYTES, file.lengthBytes() - from));
                assertEquals((int) crc.getValue(), file.checksums().get(i));
            }
            laid.add(file.object());
            return stage(volume, file.object(), Bytes.owning(Arrays.copyOfRange(all, head, all.length)));
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(
                    new BackendException(BackendException.Cause.REFUSED, failed.toString(), failed));
        }
    }

    @Override
    public CompletableFuture<Begun> begin(BeginRequest request) {
        throw new AssertionError("not part of these tests");
    }

    @Override
    public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
        throw new AssertionError("not part of these tests");
    }

    @Override
    public CompletableFuture<LedgerAnswer> outcomeOf(VolumeName volume, TxnId txn) {
        throw new AssertionError("not part of these tests");
    }

    @Override
    public CompletableFuture<InoRange> reserveInos(VolumeName volume, int count) {
        throw new AssertionError("not part of these tests");
    }

    @Override
    public CompletableFuture<Void> end(VolumeName volume, long leaseId) {
        throw new AssertionError("not part of these tests");
    }

    @Override
    public CompletableFuture<Boolean> renew(VolumeName volume, long leaseId) {
        throw new AssertionError("not part of these tests");
    }

    @Override
    public CompletableFuture<VolumeStatus> status(VolumeName volume) {
        throw new AssertionError("not part of these tests");
    }

    @Override
    public void close() {}
}
