package io.cffs.txn;

import java.util.Arrays;
import java.util.function.LongBinaryOperator;

/**
 * Numbers by number, without an object for each: 16 bytes an entry at a load of a quarter to a half, so 32 to 64. For
 * what is remembered of every inode that was ever looked at. Keys are positive; the value 0 is absence. Not
 * thread-safe.
 */
public final class LongTable {
    private static final int CAPACITY_MIN = 16;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long[] keys = new long[CAPACITY_MIN];
    private long[] values = new long[CAPACITY_MIN];
    private int size;

    /** Is shown entries. */
    public interface Visitor {
        void at(long key, long value);
    }

    public int size() {
        return size;
    }

    /** 0 when absent. */
    public long get(long key) {
        return values[find(key)];
    }

    /** @param key positive @param value 0 removes the key */
    public void put(long key, long value) {
        if (key <= 0) {
            throw new IllegalArgumentException("keys are positive: " + key);
        }
        int at = find(key);
        if (value == 0) {
            remove(at);
            return;
        }
        if (keys[at] == 0) {
            if (++size > keys.length / 2) {
                resize(keys.length * 2);
                at = find(key);
            }
            keys[at] = key;
        }
        values[at] = value;
    }

    /** In no order. The table must not be changed meanwhile. */
    public void forEach(Visitor visitor) {
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] != 0) {
                visitor.at(keys[i], values[i]);
            }
        }
    }

    /** Gives each key the value that {@code update} makes of key and value; 0 removes it. */
    public void updateAll(LongBinaryOperator update) {
        int kept = 0;
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] != 0) {
                values[i] = update.applyAsLong(keys[i], values[i]);
                kept += values[i] == 0 ? 0 : 1;
            }
        }
        if (kept < size) {
            size = kept;
            resize(Math.max(CAPACITY_MIN, Integer.highestOneBit(Math.max(1, kept)) * 4));
        }
    }

    public void clear() {
        keys = new long[CAPACITY_MIN];
        values = new long[CAPACITY_MIN];
        size = 0;
    }

    /** By growing number. */
    public long[] sortedKeys() {
        long[] sorted = new long[size];
        int count = 0;
        for (long key : keys) {
            if (key != 0) {
                sorted[count++] = key;
            }
        }
        Arrays.sort(sorted);
        return sorted;
    }

    /** Where the key is, or where it belongs. */
    private int find(long key) {
        int mask = keys.length - 1;
        int at = placeOf(key);
        while (keys[at] != 0 && keys[at] != key) {
            at = at + 1 & mask;
        }
        return at;
    }

    private int placeOf(long key) {
        // The upper bits of the product: those depend on all bits of the key.
        return (int) (key * GOLDEN >>> 32) & keys.length - 1;
    }

    private void remove(int hole) {
        if (keys[hole] == 0) {
            return;
        }
        size--;
        int mask = keys.length - 1;
        int empty = hole;
        // What was pushed on by the removed key moves back, so that no search ends too early.
        for (int at = hole + 1 & mask; keys[at] != 0; at = at + 1 & mask) {
            int home = placeOf(keys[at]);
            if ((at - home & mask) >= (at - empty & mask)) {
                keys[empty] = keys[at];
                values[empty] = values[at];
                empty = at;
            }
        }
        keys[empty] = 0;
        values[empty] = 0;
        if (keys.length > CAPACITY_MIN && size < keys.length / 8) {
            resize(keys.length / 2);
        }
    }

    /** What has the value 0 is left out. */
    private void resize(int capacity) {
        long[] oldKeys = keys;
        long[] oldValues = values;
        keys = new long[capacity];
        values = new long[capacity];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0 && oldValues[i] != 0) {
                int at = find(oldKeys[i]);
                keys[at] = oldKeys[i];
                values[at] = oldValues[i];
            }
        }
    }
}
