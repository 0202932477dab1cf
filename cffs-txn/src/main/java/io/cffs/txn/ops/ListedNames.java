package io.cffs.txn.ops;

import io.cffs.model.FsException;
import io.cffs.model.Name;
import java.util.Arrays;

/**
 * Names by number, in the order in which they were added, in few bytes: each is stored as what differs from the one
 * before, and every {@link #GROUP}-th stands whole. Names that come in order take two bytes and what is new in them.
 * Not thread-safe.
 */
final class ListedNames {
    private static final int GROUP = 32;
    private static final int FIRST_ROOM = 1024;

    /** For each name: how many bytes it shares with the one before, how many follow, and those. */
    private byte[] forms = new byte[FIRST_ROOM];
    private int length;
    private int[] groups = new int[FIRST_ROOM / GROUP];
    private int count;
    private final byte[] last = new byte[Name.BYTES_MAX];
    private int lastLength;
    // The name that was asked for last, so that going on from it is one step.
    private final byte[] at = new byte[Name.BYTES_MAX];
    private int atLength;
    private int atIndex = -1;
    private int atEnd;

    int size() {
        return count;
    }

    void clear() {
        length = 0;
        count = 0;
        atIndex = -1;
    }

    void add(Name name) {
        byte[] bytes = name.toBytes();
        int shared = 0;
        if (count % GROUP == 0) {
            if (count / GROUP == groups.length) {
                groups = Arrays.copyOf(groups, groups.length * 2);
            }
            groups[count / GROUP] = length;
        } else {
            int mismatch = Arrays.mismatch(last, 0, lastLength, bytes, 0, bytes.length);
            shared = mismatch < 0 ? bytes.length : mismatch;
        }
        int rest = bytes.length - shared;
        if (length + 2 + rest > forms.length) {
            forms = Arrays.copyOf(forms, Math.addExact(forms.length, Math.max(forms.length / 2, 512)));
        }
        forms[length] = (byte) shared;
        forms[length + 1] = (byte) rest;
        System.arraycopy(bytes, shared, forms, length + 2, rest);
        length += 2 + rest;
        System.arraycopy(bytes, 0, last, 0, bytes.length);
        lastLength = bytes.length;
        count++;
    }

    /** @param index 0 to size - 1 */
    Name get(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException(index);
        }
        if (index != atIndex) {
            seek(index);
        }
        try {
            return Name.of(Arrays.copyOf(at, atLength));
        } catch (FsException impossible) {
            throw new AssertionError("only names are added", impossible);
        }
    }

    private void seek(int index) {
        boolean onward = atIndex >= 0 && atIndex < index && index / GROUP == atIndex / GROUP;
        if (!onward) {
            atIndex = index / GROUP * GROUP - 1;
            atEnd = groups[index / GROUP];
        }
        while (atIndex < index) {
            int shared = Byte.toUnsignedInt(forms[atEnd]);
            int rest = Byte.toUnsignedInt(forms[atEnd + 1]);
            System.arraycopy(forms, atEnd + 2, at, shared, rest);
            atLength = shared + rest;
            atEnd += 2 + rest;
            atIndex++;
        }
    }

    /** How many bytes this takes, roughly. */
    int weightBytes() {
        return forms.length + groups.length * Integer.BYTES + 2 * Name.BYTES_MAX;
    }
}
