package io.cffs.txn.ops;

import io.cffs.model.Bytes;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.txn.Credentials;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A POSIX ACL: who may do what beyond the nine permission bits, as acl(5) describes it and Linux carries it out
 * (fs/posix_acl.c). Its stored form is the value of its attribute (linux/posix_acl_xattr.h): a number 2, then for each
 * entry tag, permissions and id, little end first. Immutable.
 */
final class Acl {
    private static final int FORM = 2;
    private static final int HEAD_BYTES = 4;
    private static final int ENTRY_BYTES = 8;
    private static final int NO_ID = -1;
    private static final int ALL = 7;
    private static final int PERMISSIONS = 0777;

    private final List<Entry> entries;

    /** Whom an entry is about, in the order in which they stand. */
    private enum Tag {
        USER_OBJ(1),
        USER(2),
        GROUP_OBJ(4),
        GROUP(8),
        MASK(16),
        OTHER(32);

        private final int number;

        Tag(int number) {
            this.number = number;
        }

        boolean isNamed() {
            return this == USER || this == GROUP;
        }

        static Tag of(int number) throws FsException {
            for (Tag tag : values()) {
                if (tag.number == number) {
                    return tag;
                }
            }
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
    }

    /** @param id a user or group, unsigned 32 bit, when the tag names one */
    private record Entry(Tag tag, int permissions, int id) {
        Entry with(int newPermissions) {
            return new Entry(tag, newPermissions, id);
        }

        boolean grants(int wanted) {
            return (permissions & wanted) == wanted;
        }
    }

    /**
     * An ACL cut to a mode, and the mode cut to it.
     *
     * @param permissions as wanted, its nine bits cut
     */
    record Inherited(Acl acl, int permissions) {}

    private Acl(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * @return null for a value without entries, which stands for no ACL
     * @throws FsException INVALID_ARGUMENT for what is no sound ACL
     */
    static Acl of(Bytes value) throws FsException {
        ByteBuffer form = value.asBuffer().order(ByteOrder.LITTLE_ENDIAN);
        boolean whole = form.remaining() >= HEAD_BYTES && (form.remaining() - HEAD_BYTES) % ENTRY_BYTES == 0;
        if (!whole || form.getInt() != FORM) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        List<Entry> entries = new ArrayList<>();
        while (form.hasRemaining()) {
            entries.add(new Entry(Tag.of(form.getShort()), form.getShort() & 0xFFFF, form.getInt()));
        }
        if (entries.isEmpty()) {
            return null;
        }
        requireSound(entries);
        return new Acl(entries);
    }

    /** Entries in the order of their tags, one of each that names nobody; a mask when anybody is named. */
    private static void requireSound(List<Entry> entries) throws FsException {
        Tag last = null;
        int[] counts = new int[Tag.values().length];
        for (Entry entry : entries) {
            boolean ordered = last == null || last.compareTo(entry.tag()) < 0 || last == entry.tag();
            boolean named = entry.tag().isNamed();
            if (!ordered || (entry.permissions() & ~ALL) != 0 || named && entry.id() == NO_ID) {
                throw new FsException(FsError.INVALID_ARGUMENT);
            }
            last = entry.tag();
            counts[last.ordinal()]++;
        }
        boolean anybodyNamed = counts[Tag.USER.ordinal()] + counts[Tag.GROUP.ordinal()] > 0;
        int masks = counts[Tag.MASK.ordinal()];
        if (counts[Tag.USER_OBJ.ordinal()] != 1 || counts[Tag.GROUP_OBJ.ordinal()] != 1
                || counts[Tag.OTHER.ordinal()] != 1 || masks > 1 || anybodyNamed && masks == 0) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
    }

    Bytes toBytes() {
        ByteBuffer form = ByteBuffer.allocate(HEAD_BYTES + ENTRY_BYTES * entries.size())
                .order(ByteOrder.LITTLE_ENDIAN).putInt(FORM);
        for (Entry entry : entries) {
            form.putShort((short) entry.tag().number).putShort((short) entry.permissions());
            form.putInt(entry.tag().isNamed() ? entry.id() : NO_ID);
        }
        return Bytes.owning(form.array());
    }

    /** The nine permission bits say the same. */
    boolean isMinimal() {
        return entries.stream().noneMatch(entry -> entry.tag().isNamed() || entry.tag() == Tag.MASK);
    }

    /** The nine bits that go with it: those of the owner, of the mask (of the group where there is none), of others. */
    int permissionBits() {
        int owner = permissionsOf(Tag.USER_OBJ);
        int group = permissionsOf(groupClass());
        return owner << 6 | group << 3 | permissionsOf(Tag.OTHER);
    }

    /** The entry that the permission bits of the group stand for. */
    private Tag groupClass() {
        return entries.stream().anyMatch(entry -> entry.tag() == Tag.MASK) ? Tag.MASK : Tag.GROUP_OBJ;
    }

    private int permissionsOf(Tag tag) {
        return entries.stream().filter(entry -> entry.tag() == tag).findFirst().orElseThrow().permissions();
    }

    /**
     * For one who does not own the inode.
     *
     * @param gid the group of the inode
     * @param wanted a sum of READ, WRITE and EXECUTE
     */
    boolean allows(Credentials who, int gid, int wanted) {
        boolean inGroup = false;
        for (Entry entry : entries) {
            switch (entry.tag()) {
                case USER_OBJ, MASK -> { }
                case USER -> {
                    if (entry.id() == who.uid()) {
                        return entry.grants(wanted) && maskGrants(wanted);
                    }
                }
                case GROUP_OBJ, GROUP -> {
                    if (who.isMemberOf(entry.tag() == Tag.GROUP ? entry.id() : gid)) {
                        inGroup = true;
                        if (entry.grants(wanted)) {
                            return maskGrants(wanted);
                        }
                    }
                }
                case OTHER -> {
                    return !inGroup && entry.grants(wanted);
                }
            }
        }
        return false;
    }

    private boolean maskGrants(int wanted) {
        return groupClass() == Tag.GROUP_OBJ || (permissionsOf(Tag.MASK) & wanted) == wanted;
    }

    /** As chmod leaves it. */
    Acl withPermissionBits(int permissions) {
        Tag groupClass = groupClass();
        return new Acl(entries.stream().map(entry -> {
            int shift = shiftOf(entry.tag(), groupClass);
            return shift < 0 ? entry : entry.with(permissions >> shift & ALL);
        }).toList());
    }

    /**
     * As what is created under this default ACL starts with.
     *
     * @param permissions as wanted by who creates it; the umask has no say
     */
    Inherited inherit(int permissions) {
        Tag groupClass = groupClass();
        List<Entry> cut = entries.stream().map(entry -> {
            int shift = shiftOf(entry.tag(), groupClass);
            return shift < 0 ? entry : entry.with(entry.permissions() & permissions >> shift);
        }).toList();
        Acl acl = new Acl(cut);
        return new Inherited(acl, permissions & ~PERMISSIONS | acl.permissionBits());
    }

    /** Where the bits of an entry stand in a mode; -1 for entries that it does not show. */
    private static int shiftOf(Tag tag, Tag groupClass) {
        if (tag == groupClass) {
            return 3;
        }
        return tag == Tag.USER_OBJ ? 6 : tag == Tag.OTHER ? 0 : -1;
    }
}
