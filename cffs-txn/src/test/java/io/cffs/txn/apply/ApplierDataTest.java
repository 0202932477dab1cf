package io.cffs.txn.apply;

import static io.cffs.model.Blocks.BLOCK_BYTES;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.Mutation;
import io.cffs.txn.Mutation.Append;
import io.cffs.txn.Mutation.FileBytes;
import io.cffs.txn.Mutation.SetLength;
import io.cffs.txn.Mutation.WriteBytes;
import io.cffs.txn.ReadKey;
import io.cffs.txn.StagedId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bytes, lengths and blocks. */
class ApplierDataTest {
    private static final Ino FILE = new Ino(20);
    private final MapState state = new MapState();

    @BeforeEach
    void aFile() throws MutationRefused {
        state.commit(new Mutation.CreateInode(MapState.regular(20)),
                new Mutation.PutDentry(Ino.ROOT, Name.of("f"), FILE, FileType.REGULAR));
    }

    private static FileBytes inline(int length, int seed) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return new FileBytes.Inline(Bytes.owning(bytes));
    }

    private StagedId stage(int sequence, int length) {
        StagedId id = new StagedId(new TxnId(1, 2), sequence);
        state.staged.put(id, ((FileBytes.Inline) inline(length, sequence)).bytes());
        return id;
    }

    @Test
    void wholeStagedBlocksPassUnseen() throws MutationRefused {
        StagedId id = stage(1, 3 * BLOCK_BYTES + 10);
        Applied applied = state.commit(
                new WriteBytes(FILE, BLOCK_BYTES, new FileBytes.Staged(id, 0, 3 * BLOCK_BYTES + 10)));
        assertEquals(0, state.blocksLoaded);
        assertTrue(applied.effects().contains(
                new Effect.PutStagedBlock(new BlockKey(FILE, 4), id, 3 * BLOCK_BYTES, 10)));
        assertEquals(4L * BLOCK_BYTES + 10, state.inode(20).sizeBytes());
        state.commit(new WriteBytes(FILE, 0, inline(5 * BLOCK_BYTES, 9)));
        state.commit(new WriteBytes(FILE, BLOCK_BYTES, new FileBytes.Staged(id, 0, BLOCK_BYTES + 10)));
        assertEquals(0, state.blocksLoaded, "the block that is written in part is patched");
        state.check();
    }

    /** A block that the request has whole is stored as it came; what the commit does to it then is done to a copy. */
    @Test
    void bytesOfARequestAreNeverChanged() throws MutationRefused {
        List<Mutation> later = List.of(new WriteBytes(FILE, 5000, inline(10, 2)), new SetLength(FILE, 6000, -1),
                new Mutation.PunchHole(FILE, 0, 4096), new Append(FILE, inline(9000, 3)),
                new SetLength(FILE, 3000, 20_000));
        for (int count = 0; count <= later.size(); count++) {
            FileBytes.Inline whole = (FileBytes.Inline) inline(10_000, 1);
            List<Mutation> all = new ArrayList<>(List.of(new WriteBytes(FILE, 0, whole)));
            all.addAll(later.subList(0, count));
            Applied applied = state.commit(all.toArray(Mutation[]::new));
            assertEquals(inline(10_000, 1), whole, "after " + all);
            boolean asItCame = applied.effects().stream().anyMatch(effect -> effect instanceof Effect.Put put
                    && put.value() instanceof StoredObject.BlockObject block && block.raw() == whole.bytes());
            assertEquals(count == 0, asItCame, "without a copy only when nothing follows: " + all);
            state.check();
        }
    }

    /** Caches of whole files name a content by the version of its inode. */
    @Test
    void whoeverPutsContentPutsTheInodeToo() throws MutationRefused {
        Applied applied = state.commit(new WriteBytes(FILE, 0, inline(10, 1)));
        assertTrue(applied.effects().stream().anyMatch(ApplierDataTest::isThePutOfTheInode));
        applied = state.commit(new WriteBytes(FILE, 0, inline(10, 2)));
        assertTrue(applied.effects().stream().anyMatch(ApplierDataTest::isThePutOfTheInode), "nothing else changed");
    }

    private static boolean isThePutOfTheInode(Effect effect) {
        return effect instanceof Effect.Put put && put.key().equals(new InodeKey(FILE));
    }

    @Test
    void missingStagedBytesAreRefused() {
        StagedId id = stage(1, 100);
        for (FileBytes.Staged bad : List.of(new FileBytes.Staged(id, 0, 101), new FileBytes.Staged(id, 101, 0),
                new FileBytes.Staged(new StagedId(new TxnId(1, 2), 7), 0, 1))) {
            MutationRefused refusal = assertThrows(
                    MutationRefused.class, () -> state.commit(new WriteBytes(FILE, 0, bad)));
            assertEquals(RefusalCause.STAGED_BLOCK_MISSING, refusal.kind());
        }
    }

    @Test
    void appendsGoToTheEndAsItIsThen() throws MutationRefused {
        for (int i = 0; i < 16; i++) {
            state.commit(new Append(FILE, new FileBytes.Inline(Bytes.ofUtf8("record " + i + "\n"))));
        }
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            expected.append("record ").append(i).append('\n');
        }
        assertArrayEquals(expected.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8), state.content(20));
    }

    @Test
    void aWriteInsideTheFileIsNoChangeOfItsLength() throws MutationRefused {
        state.commit(new SetLength(FILE, -1, 100_000));
        Applied inside = state.commit(new WriteBytes(FILE, 4096, inline(4096, 1)));
        assertFalse(inside.footprint().collidesWith(new ReadKey.LengthExactly(FILE)));
        assertTrue(inside.footprint().collidesWith(new ReadKey.Pages(FILE, 0, 1)));
        assertFalse(inside.footprint().collidesWith(new ReadKey.Pages(FILE, 2, 9)));
        Applied grown = state.commit(new SetLength(FILE, -1, 200_000));
        assertTrue(grown.footprint().collidesWith(new ReadKey.LengthExactly(FILE)));
        assertFalse(grown.footprint().collidesWith(new ReadKey.LengthAtLeast(FILE, 1)));
    }

    @Test
    void aCutThatGrowsAgainIsRemembered() throws MutationRefused {
        state.commit(new WriteBytes(FILE, 0, inline(10_000, 1)));
        Applied cut = state.commit(new SetLength(FILE, 5000, 10_000));
        assertTrue(cut.footprint().collidesWith(new ReadKey.LengthExactly(FILE)));
        assertTrue(cut.footprint().collidesWith(new ReadKey.LengthAtLeast(FILE, 5001)));
        assertFalse(cut.footprint().collidesWith(new ReadKey.LengthAtLeast(FILE, 5000)));
        assertTrue(cut.footprint().collidesWith(new ReadKey.Pages(FILE, 1, 1)));
        assertFalse(cut.footprint().collidesWith(new ReadKey.Pages(FILE, 0, 0)));
        byte[] content = state.content(20);
        assertEquals(0, content[5000]);
        assertEquals(0, content[9999]);
        Applied noCut = state.commit(new SetLength(FILE, 10_000, -1));
        assertEquals(List.of(), noCut.footprint().changes());
    }

    @Test
    void aCutOfAHugeFileLoadsOneBlockAtMost() throws MutationRefused {
        state.commit(new WriteBytes(FILE, 0, inline(3 * BLOCK_BYTES, 1)), new SetLength(FILE, -1, 1L << 50));
        state.blocksLoaded = 0;
        Applied cut = state.commit(new SetLength(FILE, BLOCK_BYTES + 1, -1));
        assertEquals(1, state.blocksLoaded);
        assertEquals(new Effect.DeleteBlocks(FILE, 2, (1L << 50) / BLOCK_BYTES - 1),
                cut.effects().stream().filter(Effect.DeleteBlocks.class::isInstance).findFirst().orElseThrow());
        state.check();
    }

    @Test
    void smallPartsOfManyBlocksCostWhatTheyBring() throws MutationRefused {
        List<Mutation> scattered = new ArrayList<>();
        for (int i = 0; i < 2100; i++) {
            scattered.add(new WriteBytes(FILE, i * (long) BLOCK_BYTES + BLOCK_BYTES - 1, inline(1, i)));
        }
        state.commit(scattered);
        state.blocksLoaded = 0;
        Applied again = state.commit(scattered);
        assertEquals(0, state.blocksLoaded);
        assertTrue(again.effectBytes() < 2200 * 300, "effects of " + again.effectBytes() + " bytes");
        state.check();
    }

    @Test
    void stagedPartsBeyondTheRoomToCopyAreReferredTo() throws MutationRefused {
        state.commit(new WriteBytes(FILE, 0, inline(4 * BLOCK_BYTES, 1)));
        List<Mutation> many = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            StagedId id = stage(i, 4 * 1024 * 1024);
            // A byte off, so that no block of the object is a block of the file.
            many.add(new WriteBytes(FILE, 1 + i * 4L * 1024 * 1024, new FileBytes.Staged(id, 0, 4 * 1024 * 1024)));
        }
        Applied applied = state.commit(many);
        assertTrue(applied.effectBytes() < 80L * 1024 * 1024, "effects of " + applied.effectBytes() + " bytes");
        byte[] content = state.content(20);
        for (int i = 0; i < 40; i++) {
            Bytes object = state.staged.get(new StagedId(new TxnId(1, 2), i));
            assertEquals(object.at(0), content[1 + i * 4 * 1024 * 1024]);
            assertEquals(object.at(3_000_000), content[1 + i * 4 * 1024 * 1024 + 3_000_000]);
        }
        state.check();
    }

    /** Random histories against a plain array: bytes, lengths, and that every page that changed is in the footprint. */
    @Test
    void agreesWithAnArray() throws MutationRefused {
        for (int seed = 0; seed < 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            MapState mine = new MapState();
            mine.commit(new Mutation.CreateInode(MapState.regular(20)),
                    new Mutation.PutDentry(Ino.ROOT, Name.of("f"), FILE, FileType.REGULAR));
            byte[] model = new byte[0];
            for (int commit = 0; commit < 12; commit++) {
                byte[] before = model;
                long allocatedBefore = mine.inode(20).allocatedBytes();
                List<Mutation> mutations = new ArrayList<>();
                for (int i = random.nextInt(5); i >= 0; i--) {
                    model = step(random, mine, mutations, model);
                }
                Applied applied = mine.commit(mutations);
                String where = "seed " + seed + " commit " + commit + ": " + mutations;
                assertArrayEquals(model, mine.content(20), where);
                mine.check();
                assertEquals(mine.inode(20).allocatedBytes() - allocatedBefore, applied.fileBytesDelta(), where);
                footprintCovers(before, model, applied, where);
            }
        }
    }

    private static void footprintCovers(byte[] before, byte[] after, Applied applied, String where) {
        if (before.length != after.length) {
            assertTrue(applied.footprint().collidesWith(new ReadKey.LengthExactly(FILE)), where);
        }
        for (int page = 0; page * 4096 < Math.min(before.length, after.length); page++) {
            int end = Math.min((page + 1) * 4096, Math.min(before.length, after.length));
            if (!Arrays.equals(before, page * 4096, end, after, page * 4096, end)) {
                assertTrue(applied.footprint().collidesWith(new ReadKey.Pages(FILE, page, page)), where);
            }
        }
    }

    private static byte[] step(SplittableRandom random, MapState state, List<Mutation> mutations, byte[] model) {
        int offset = offset(random);
        return switch (random.nextInt(8)) {
            case 0 -> {
                int cut = random.nextInt(4) == 0 ? -1 : offset(random);
                int extend = random.nextInt(3) == 0 ? offset : -1;
                mutations.add(new SetLength(FILE, cut, extend));
                byte[] cutModel = cut >= 0 && cut < model.length ? Arrays.copyOf(model, cut) : model;
                yield Arrays.copyOf(cutModel, Math.max(cutModel.length, extend));
            }
            case 1 -> {
                int length = offset(random);
                mutations.add(new Mutation.PunchHole(FILE, offset, length));
                byte[] punched = model.clone();
                Arrays.fill(punched, Math.min(offset, model.length), Math.min(offset + length, model.length), (byte) 0);
                yield punched;
            }
            case 2 -> {
                FileBytes.Inline data = (FileBytes.Inline) inline(random.nextInt(9000), random.nextInt());
                mutations.add(new Append(FILE, data));
                yield written(model, model.length, data.bytes());
            }
            case 3 -> {
                StagedId id = new StagedId(new TxnId(5, 6), state.staged.size());
                int length = random.nextInt(3) * BLOCK_BYTES + random.nextInt(2) * random.nextInt(BLOCK_BYTES);
                Bytes bytes = ((FileBytes.Inline) inline(length + BLOCK_BYTES, random.nextInt())).bytes();
                state.staged.put(id, bytes);
                int from = random.nextInt(2) * BLOCK_BYTES;
                length = Math.min(length, bytes.length() - from);
                FileBytes staged = new FileBytes.Staged(id, from, length);
                boolean append = random.nextInt(4) == 0;
                int at = append ? model.length : random.nextInt(3) * BLOCK_BYTES;
                mutations.add(append ? new Append(FILE, staged) : new WriteBytes(FILE, at, staged));
                yield written(model, at, bytes.slice(from, from + length));
            }
            case 4 -> {
                byte[] source = state.content(20);
                int from = random.nextInt(3) * BLOCK_BYTES;
                if (from >= source.length) {
                    yield model;
                }
                int length = 1 + random.nextInt(2 * BLOCK_BYTES);
                length = random.nextBoolean() ? source.length - from : Math.min(source.length - from, length);
                int at = random.nextInt(4) * BLOCK_BYTES;
                mutations.add(new Mutation.CloneRange(FILE, at, FILE, from, length));
                byte[] taken = written(model, at, Bytes.copyOf(source).slice(from, from + length));
                int end = at + length;
                int blockEnd = Math.ceilDiv(end, BLOCK_BYTES) * BLOCK_BYTES;
                Arrays.fill(taken, end, Math.max(end, Math.min(taken.length, blockEnd)), (byte) 0);
                yield taken;
            }
            default -> {
                FileBytes.Inline data = (FileBytes.Inline) inline(random.nextInt(40_000), random.nextInt());
                mutations.add(new WriteBytes(FILE, offset, data));
                yield written(model, offset, data.bytes());
            }
        };
    }

    private static byte[] written(byte[] model, int offset, Bytes data) {
        if (data.length() == 0) {
            return model;
        }
        byte[] result = Arrays.copyOf(model, Math.max(model.length, offset + data.length()));
        data.copyTo(0, result, offset, data.length());
        return result;
    }

    /** Offsets at, just before and just after the borders of blocks and pages are as likely as any others. */
    private static int offset(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(4) * BLOCK_BYTES;
            case 1 -> Math.max(0, random.nextInt(90) * 4096 + random.nextInt(3) - 1);
            case 2 -> Math.max(0, random.nextInt(4) * BLOCK_BYTES + random.nextInt(3) - 1);
            default -> random.nextInt(3 * BLOCK_BYTES);
        };
    }
}
