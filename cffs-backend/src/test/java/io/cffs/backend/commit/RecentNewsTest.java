package io.cffs.backend.commit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.BlockPatch;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.port.BackendPort.Fetched;
import io.cffs.txn.validate.WriteFootprint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecentNewsTest {
    private static final Ino FILE = new Ino(7);
    private static final Ino OTHER = new Ino(8);
    private static final int BLOCKS = 4;
    private static final byte[] SOMETHING_STAGED = {99};
    private static final MemoryLimits MANY_A_COMMIT_IS_LARGE =
            new MemoryLimits(1000, 1000, 1000, 1000, 1 << 20, 600, 128, 1 << 20, 1 << 20, 1 << 20);

    private final RecentNews news = new RecentNews(CommitTs.ZERO, MemoryLimits.DEFAULT);
    private long last;

    private void commit(Effect... effects) {
        news.add(new CommitTs(++last), new Applied(List.of(effects), new WriteFootprint(List.of()), 0, 0));
    }

    private List<Fetched> since(long after, Ino... of) {
        return news.between(new CommitTs(after), new CommitTs(last), List.of(of));
    }

    private static BlockKey block(Ino ino, long index) {
        return new BlockKey(ino, index);
    }

    private static BlockPatch patch(int start, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return new BlockPatch(List.of(new BlockPatch.Part(start, bytes.length,
                new BlockPatch.Inline(Bytes.owning(bytes)))));
    }

    private static Effect.PatchBlock patched(Ino ino, long index, int start, int... values) {
        return new Effect.PatchBlock(block(ino, index), patch(start, values), false);
    }

    @Test
    void patchesOfSeveralCommitsAreToldAsOne() {
        commit(patched(FILE, 0, 0, 1, 2, 3));
        commit(patched(FILE, 0, 2, 4, 5));
        assertEquals(List.of(told(new Fetched.Piece(0, Bytes.owning(new byte[] {1, 2})),
                new Fetched.Piece(2, Bytes.owning(new byte[] {4, 5})))), since(0, FILE));
        assertEquals(List.of(told(new Fetched.Piece(2, Bytes.owning(new byte[] {4, 5})))), since(1, FILE));
        assertEquals(List.of(), since(2, FILE));
    }

    private static Fetched told(Fetched.Piece... pieces) {
        return new Fetched.Patched(block(FILE, 0), new CommitTs(2), List.of(pieces));
    }

    @Test
    void onlyWhatIsFollowedIsTold() {
        commit(patched(FILE, 0, 0, 1), patched(OTHER, 0, 0, 2));
        assertEquals(List.of(block(OTHER, 0)), since(0, OTHER).stream().map(Fetched::key).toList());
        assertEquals(List.of(), since(0));
    }

    @Test
    void whoIsTooFarBehindIsToldNothing() {
        commit(patched(FILE, 0, 0, 1));
        assertEquals(List.of(), news.between(null, new CommitTs(last), List.of(FILE)));
        commit(new Effect.Put(block(FILE, 1), new StoredObject.BlockObject(Bytes.owning(new byte[Blocks.BLOCK_BYTES]))),
                new Effect.Put(block(FILE, 2),
                        new StoredObject.BlockObject(Bytes.owning(new byte[Blocks.BLOCK_BYTES]))));
        assertEquals(List.of(block(FILE, 0)), since(0, FILE).stream().map(Fetched::key).toList(),
                "of a large commit no blocks are told");
        commit(patched(FILE, 0, 0, 2), patched(FILE, 1, 0, 2));
        assertEquals(1, since(0, FILE).size(), "a patch over something untold");
        assertEquals(2, since(2, FILE).size());
        commit(Stream.generate(() -> patched(OTHER, 0, 0, 1)).limit(2_000).toArray(Effect[]::new));
        assertEquals(1, since(0, FILE).size());
        commit(Stream.iterate(1, i -> i + 1).limit(2_000)
                .map(i -> new Effect.Delete(new ObjectKey.InodeKey(new Ino(i)))).toArray(Effect[]::new));
        assertEquals(List.of(), since(0, FILE), "a commit of very many changes lies in between");
        commit(patched(FILE, 0, 0, 2));
        assertEquals(1, since(5, FILE).size());
        for (int i = 0; i < 200; i++) {
            commit(patched(FILE, 0, 0, 2));
        }
        assertEquals(List.of(), since(6, FILE));
        assertEquals(1, since(100, FILE).size());
    }

    @Test
    void anAnswerHasABound() {
        for (int i = 0; i < 5; i++) {
            commit(new Effect.Put(block(FILE, i),
                    new StoredObject.BlockObject(Bytes.owning(new byte[Blocks.BLOCK_BYTES]))));
        }
        assertEquals(1, since(0, FILE).size(), "with what goes with each, a second would be too much");
        assertTrue(RecentNews.ANSWER_BYTES_MAX == 2L * Blocks.BLOCK_BYTES);
    }

    /** Whatever is told of a block is what has become of it, for whoever has it as it was. */
    @Test
    void whatIsToldIsTrue() {
        for (long seed = 0; seed < 2_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            RecentNews told = seed % 2 == 0
                    ? new RecentNews(CommitTs.ZERO, MemoryLimits.DEFAULT)
                    : new RecentNews(CommitTs.ZERO, MANY_A_COMMIT_IS_LARGE);
            Map<BlockKey, byte[]> state = new HashMap<>();
            List<Map<BlockKey, byte[]>> states = new ArrayList<>(List.of(Map.of()));
            int commits = 1 + random.nextInt(6);
            for (int at = 1; at <= commits; at++) {
                told.add(new CommitTs(at), new Applied(randomCommit(random, state), new WriteFootprint(List.of()), 0,
                        0));
                states.add(new HashMap<>(state));
            }
            int after = random.nextInt(commits);
            for (Fetched fetched : told.between(new CommitTs(after), new CommitTs(commits), List.of(FILE))) {
                check(fetched, states.get(after), state, "seed " + seed);
            }
        }
    }

    private static void check(Fetched fetched, Map<BlockKey, byte[]> before, Map<BlockKey, byte[]> now, String seed) {
        byte[] right = now.get((BlockKey) fetched.key());
        switch (fetched) {
            case Fetched.Absent absent -> assertNull(right, seed);
            case Fetched.Found found ->
                assertArrayEquals(right, ((StoredObject.BlockObject) found.object()).raw().toArray(), seed);
            case Fetched.Patched patched -> {
                byte[] base = before.get(patched.key());
                List<BlockPatch.Part> parts = patched.pieces().stream().map(piece -> new BlockPatch.Part(
                        piece.start(), piece.bytes().length(), new BlockPatch.Inline(piece.bytes()))).toList();
                Bytes made = new BlockPatch(parts).over(base == null ? null : Bytes.owning(base), null);
                assertArrayEquals(right, made.toArray(), seed);
            }
            case Fetched.Unchanged unchanged -> throw new AssertionError(seed);
        }
    }

    /** Deletions of ranges come first, then each block is changed at most once, as in what a fold makes. */
    private static List<Effect> randomCommit(SplittableRandom random, Map<BlockKey, byte[]> state) {
        List<Effect> effects = new ArrayList<>();
        boolean deletes = random.nextInt(4) == 0;
        long first = random.nextInt(BLOCKS);
        long end = first + random.nextInt(2);
        if (deletes) {
            effects.add(new Effect.DeleteBlocks(FILE, first, end));
            state.keySet().removeIf(key -> key.index() >= first && key.index() <= end);
        }
        for (int index = 0; index < BLOCKS; index++) {
            BlockKey key = block(FILE, index);
            boolean deleted = deletes && index >= first && index <= end;
            switch (random.nextInt(6)) {
                case 0 -> {
                    byte[] bytes = {(byte) random.nextInt(100), 1};
                    effects.add(new Effect.Put(key, new StoredObject.BlockObject(Bytes.owning(bytes))));
                    state.put(key, bytes);
                }
                case 1, 2 -> {
                    BlockPatch patch = patch(random.nextInt(4), random.nextInt(100), random.nextInt(100));
                    effects.add(new Effect.PatchBlock(key, patch, deleted || !state.containsKey(key)
                            && random.nextBoolean()));
                    byte[] base = state.get(key);
                    state.put(key, patch.over(base == null ? null : Bytes.owning(base), null).toArray());
                }
                case 3 -> {
                    if (random.nextInt(3) == 0) {
                        effects.add(new Effect.PutStagedBlock(key, new StagedId(new TxnId(1, 1), 0), 0, 1));
                        state.put(key, SOMETHING_STAGED);
                    }
                }
                case 4 -> {
                    if (state.containsKey(key) && !deleted) {
                        effects.add(new Effect.Delete((ObjectKey) key));
                        state.remove(key);
                    }
                }
                default -> { }
            }
        }
        return effects;
    }
}
