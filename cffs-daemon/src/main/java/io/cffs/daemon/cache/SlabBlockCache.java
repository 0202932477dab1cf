package io.cffs.daemon.cache;

import io.cffs.daemon.cache.SlabLayout.Band;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;

/**
 * A block cache in one mapped file that all processes of a tenant on a host share, so that a new function instance
 * starts warm.
 *
 * <p>Problem: many processes read and write one file, any of them may be killed at any instruction or frozen for
 * minutes, and no reader may ever get wrong bytes, wait for anybody, or make the file grow.
 *
 * <p>Approach: bands of slots of fixed size, each in sets of eight (see {@link SlabLayout}). A block has one set per
 * band it could be in. Each slot's head has a state word: a counter, a coarse time, and EMPTY, WRITING or FILLED. A
 * writer takes a slot by a compare-and-set to WRITING with the counter one up, writes key and data, and sets FILLED by
 * another, which fails if the slot has been taken from it. A reader reads the word, the key, copies the data out,
 * reads the word again, and believes the copy only if the word is the same and a checksum over key and copy holds. The
 * checksum is what makes stealing safe: a slot that says WRITING for some seconds is taken over, and a writer that was
 * merely frozen may scribble over the new content once, which then no reader believes; the first to notice empties the
 * slot. Victims are chosen by CLOCK with a reference bit that readers set.
 *
 * <p>Parts of blocks: a reader that wants 4 KiB need not copy and sum up 128 KiB each time. It does so once, and
 * notes the state word ({@link VerifiedSlots}); while the word is the same, it copies the part alone, and reads the
 * word again after it. That is right because nothing writes to a slot under an unchanged FILLED word: its writer set
 * the word after its last write, and the next one changes the word before its first. Who might break that is a writer
 * from whom the slot was stolen. So stealing leaves a mark in the word that never goes away, and of a slot with the
 * mark every use is verified in whole. What then stands between two uses is the page cache of this host alone, as
 * with any file.
 *
 * <p>Large parts need not be copied at all: {@link #lend} and {@link SlabLending}.
 *
 * <p>Disk: the file is sparse. Heads have disk space from the start and are mapped; data is written by system calls, so
 * that a full disk is an error and not a fault, and read by them or out of a mapping ({@link SlabMapping}). What is cut
 * off under a mapping surfaces as InternalError; the cache is then off for this process.
 *
 * <p>Tried and dropped: one slot size (2,000 small files would fill 256 MiB of address space), locks by process id
 * (ids mean nothing across containers), repair of a damaged file (a new one is always right), all data through the
 * mapping (256 MiB resident in each process).
 */
public final class SlabBlockCache implements BlockCache {
    /** A writer takes microseconds; one that has not finished after this has been killed or frozen. */
    private static final int STEAL_AFTER_SECONDS = 5;
    /** Slots a writer tries to take before it lets the block go: others write to this set at the same time. */
    private static final int TAKES_MAX = 4;

    private final SlabFile file;
    private final SlabBytes data;
    private final SlabHeads heads;
    private final SlabLending lending;
    private final Band[] bands;
    private final Ticker ticker;
    private final VerifiedSlots verified;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder puts = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder damaged = new LongAdder();
    private volatile boolean off;

    /** @param data of the file, or what stands before it */
    SlabBlockCache(SlabFile file, SlabBytes data, Ticker ticker) {
        this.file = file;
        this.data = data;
        this.heads = new SlabHeads(file.segment());
        this.lending = new SlabLending(file, heads);
        this.bands = file.layout().bands().toArray(Band[]::new);
        this.ticker = ticker;
        this.verified = new VerifiedSlots(file.layout().slotCount());
    }

    /**
     * Opens or makes the file.
     *
     * @param capacityBytes 4 MiB and up; an existing file that is smaller is used as it is
     * @param ticker its wall clock is compared between processes, so it must be the system's
     * @throws IOException when there can be no such file there
     */
    public static SlabBlockCache open(Path path, long capacityBytes, Ticker ticker) throws IOException {
        SlabFile file = SlabFile.open(path, capacityBytes);
        return new SlabBlockCache(file, file, ticker);
    }

    @Override
    public Bytes get(VolumeIdentity volume, BlockKey key, CommitTs version) {
        if (off) {
            return null;
        }
        try {
            long blockHash = BlockHash.ofBlock(volume, key);
            long hash = BlockHash.ofVersion(blockHash, version);
            for (int i = bands.length - 1; i >= 0; i--) {
                Band band = bands[i];
                int set = band.slotOfSet(blockHash);
                for (int slot = set; slot < set + SlabLayout.WAYS; slot++) {
                    byte[] found = read(band, slot, volume, key, version, hash);
                    if (found != null) {
                        hits.increment();
                        return Bytes.owning(found);
                    }
                }
            }
        } catch (IllegalStateException | InternalError e) {
            switchOff(e);
        }
        misses.increment();
        return null;
    }

    /** Null when the slot has not this block, or not whole. */
    private byte[] read(Band band, int slot, VolumeIdentity volume, BlockKey key, CommitTs version, long hash) {
        long head = band.headOffset(slot);
        long word = heads.word(head);
        if (!SlabWord.isFilled(word) || !heads.holds(head, volume, key, version)) {
            return null;
        }
        int length = heads.length(head);
        int checksum = heads.checksum(head);
        byte[] copy = null;
        if (length > 0 && length <= band.slotBytes()) {
            copy = new byte[length];
            if (!data.read(ByteBuffer.wrap(copy), band.dataOffset(slot))) {
                return null;
            }
        }
        if (!heads.isStill(head, word)) {
            return null;
        }
        if (copy == null || checksum != BlockHash.checksum(copy, length, hash)) {
            // Torn by a writer that came back after its slot was stolen, or by the medium.
            damaged.increment();
            heads.swap(head, word, SlabWord.emptied(word));
            return null;
        }
        verified.add(band.firstSlot() + slot, word);
        heads.markUsed(head);
        return copy;
    }

    @Override
    public boolean copiesParts() {
        return true;
    }

    @Override
    public int copy(
            VolumeIdentity volume, BlockKey key, CommitTs version, int from, int length, ByteBuffer target) {
        if (off) {
            return ABSENT;
        }
        try {
            long blockHash = BlockHash.ofBlock(volume, key);
            for (int i = bands.length - 1; i >= 0; i--) {
                Band band = bands[i];
                int slot = slotWith(band, band.slotOfSet(blockHash), volume, key, version);
                int copied = slot < 0 ? ABSENT : copyOf(band, slot, volume, key, version, from, length, target);
                if (copied != ABSENT) {
                    hits.increment();
                    return copied;
                }
            }
        } catch (IllegalStateException | InternalError e) {
            switchOff(e);
        }
        misses.increment();
        return ABSENT;
    }

    private int copyOf(
            Band band, int slot, VolumeIdentity volume, BlockKey key, CommitTs version, int from, int length,
            ByteBuffer target) {
        long head = band.headOffset(slot);
        long word = heads.word(head);
        if (SlabWord.wasStolen(word) || !verified.has(band.firstSlot() + slot, word)) {
            byte[] whole = read(band, slot, volume, key, version,
                    BlockHash.ofVersion(BlockHash.ofBlock(volume, key), version));
            return whole == null ? ABSENT : BlockCache.copyPart(Bytes.owning(whole), from, length, target);
        }
        if (!SlabWord.isFilled(word) || !heads.holds(head, volume, key, version)) {
            return ABSENT;
        }
        int part = Math.clamp((long) heads.length(head) - from, 0, length);
        int start = target.position();
        int limit = target.limit();
        boolean read = part == 0 || data.read(target.limit(start + part), band.dataOffset(slot) + from);
        target.limit(limit);
        if (!read || !heads.isStill(head, word)) {
            target.position(start);
            return ABSENT;
        }
        heads.markUsed(head);
        return part;
    }

    @Override
    public int lend(
            VolumeIdentity volume, BlockKey key, CommitTs version, int from, int length, ByteBuffer target,
            Loan loan) {
        if (off || length < Loan.PART_BYTES_MIN) {
            return ABSENT;
        }
        try {
            Band band = bands[bands.length - 1];
            int slot = slotWith(band, band.slotOfSet(BlockHash.ofBlock(volume, key)), volume, key, version);
            if (slot >= 0 && lendsOf(band, slot, volume, key, version, from, length, target, loan)) {
                hits.increment();
                return length;
            }
        } catch (IllegalStateException | InternalError e) {
            switchOff(e);
        }
        return ABSENT;
    }

    private boolean lendsOf(
            Band band, int slot, VolumeIdentity volume, BlockKey key, CommitTs version, int from, int length,
            ByteBuffer target, Loan loan) {
        long head = band.headOffset(slot);
        long word = heads.word(head);
        int number = band.firstSlot() + slot;
        boolean lends = SlabWord.isFilled(word) && !SlabWord.wasStolen(word) && verified.has(number, word)
                && heads.holds(head, volume, key, version) && heads.length(head) - from >= length
                && loan.add(lending, new SlabLending.Part(
                        head, word, band.dataOffset(slot) + from, length), target);
        if (lends) {
            heads.markUsed(head);
        }
        return lends;
    }

    @Override
    public boolean contains(VolumeIdentity volume, BlockKey key, CommitTs version) {
        if (off) {
            return false;
        }
        try {
            long blockHash = BlockHash.ofBlock(volume, key);
            for (Band band : bands) {
                if (slotWith(band, band.slotOfSet(blockHash), volume, key, version) >= 0) {
                    return true;
                }
            }
        } catch (IllegalStateException | InternalError e) {
            switchOff(e);
        }
        return false;
    }

    /**
     * What another process is overwriting meanwhile may be named; its version is then not the right one, or not here.
     */
    @Override
    public CommitTs newestVersion(VolumeIdentity volume, BlockKey key, CommitTs atMost) {
        if (off) {
            return null;
        }
        long newest = -1;
        try {
            long blockHash = BlockHash.ofBlock(volume, key);
            for (Band band : bands) {
                int set = band.slotOfSet(blockHash);
                for (int slot = set; slot < set + SlabLayout.WAYS; slot++) {
                    long head = band.headOffset(slot);
                    long version = heads.version(head);
                    if (version > newest && version <= atMost.value()
                            && SlabWord.isFilled(heads.word(head))
                            && heads.holdsBlock(head, volume, key)) {
                        newest = version;
                    }
                }
            }
        } catch (IllegalStateException | InternalError e) {
            switchOff(e);
        }
        return newest < 0 ? null : new CommitTs(newest);
    }

    /** -1 when none of the set has it. */
    private int slotWith(Band band, int set, VolumeIdentity volume, BlockKey key, CommitTs version) {
        for (int slot = set; slot < set + SlabLayout.WAYS; slot++) {
            long head = band.headOffset(slot);
            if (SlabWord.isFilled(heads.word(head)) && heads.holds(head, volume, key, version)) {
                return slot;
            }
        }
        return -1;
    }

    @Override
    public void put(VolumeIdentity volume, BlockKey key, CommitTs version, Bytes raw) {
        if (off) {
            return;
        }
        try {
            long blockHash = BlockHash.ofBlock(volume, key);
            long hash = BlockHash.ofVersion(blockHash, version);
            Band band = file.layout().bandFor(raw.length());
            int set = band.slotOfSet(blockHash);
            if (slotWith(band, set, volume, key, version) >= 0) {
                return;
            }
            long seconds = SlabWord.secondsOf(ticker.wallNanos());
            for (int take = 0; take < TAKES_MAX; take++) {
                int slot = victim(band, set, seconds, (int) hash + take);
                if (slot < 0) {
                    return;
                }
                long head = band.headOffset(slot);
                long before = heads.word(head);
                long mine = SlabWord.writing(before, seconds);
                if (isTakeable(before, seconds) && heads.swap(head, before, mine)) {
                    if (SlabWord.isFilled(before)) {
                        evictions.increment();
                    }
                    if (lending.reclaim(head)) {
                        fill(band, slot, mine, volume, key, version, raw, hash);
                        return;
                    }
                    heads.swap(head, mine, SlabWord.emptied(mine));
                }
            }
        } catch (IllegalStateException | InternalError e) {
            switchOff(e);
        }
    }

    private void fill(
            Band band, int slot, long mine, VolumeIdentity volume, BlockKey key, CommitTs version, Bytes raw,
            long hash) {
        long head = band.headOffset(slot);
        byte[] bytes = raw.toArray();
        heads.describe(head, volume, key, version, bytes.length, BlockHash.checksum(bytes, bytes.length, hash));
        // A new block has to earn its second life: a scan must not push out what is read again and again.
        heads.unmarkUsed(head);
        if (!data.write(ByteBuffer.wrap(bytes), band.dataOffset(slot))) {
            heads.swap(head, mine, SlabWord.emptied(mine));
            return;
        }
        if (heads.swap(head, mine, SlabWord.filled(mine))) {
            verified.add(band.firstSlot() + slot, SlabWord.filled(mine));
            puts.increment();
        }
    }

    /** A slot of the set to overwrite; -1 when live writers have them all. */
    private int victim(Band band, int set, long seconds, int start) {
        for (int slot = set; slot < set + SlabLayout.WAYS; slot++) {
            long word = heads.word(band.headOffset(slot));
            if (!SlabWord.isFilled(word) && isTakeable(word, seconds)) {
                return slot;
            }
        }
        for (int step = 0; step < 2 * SlabLayout.WAYS; step++) {
            int slot = set + Math.floorMod(start + step, SlabLayout.WAYS);
            long head = band.headOffset(slot);
            if (SlabWord.isFilled(heads.word(head))) {
                if (!heads.isUsedLately(head)) {
                    return slot;
                }
                heads.unmarkUsed(head);
            }
        }
        return -1;
    }

    private static boolean isTakeable(long word, long seconds) {
        return !SlabWord.isWriting(word) || SlabWord.ageSeconds(word, seconds) >= STEAL_AFTER_SECONDS;
    }

    @Override
    public Figures figures() {
        return new Figures(
                hits.sum(), misses.sum(), puts.sum(), evictions.sum(), damaged.sum(), file.layout().capacityBytes());
    }

    @Override
    public void close() {
        off = true;
        file.close();
    }

    /** Closed in the middle of a call, or the file was cut short: either way there is nothing to be had any more. */
    private void switchOff(Throwable cause) {
        if (!off && cause instanceof IllegalStateException bug) {
            throw bug;
        }
        off = true;
    }
}
