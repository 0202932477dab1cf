package io.cffs.backend.store;

import io.cffs.model.BlockPages;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Quota;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The byte form of values. A version's first byte says what it is: {@link #GONE}, {@link #PRESENT}, or for blocks
 * where the bytes are. Readers refuse what they do not know with BackendException {@code STORE_FAILED}.
 */
final class StoreForms {
    static final byte GONE = 0;
    static final byte PRESENT = 1;
    /** A block whose encoded bytes stand in this value. */
    static final byte INLINE = 2;
    /** A block whose encoded bytes stand in the DATA table under the same version. */
    static final byte DATA = 3;
    /** A block whose bytes are a range of a staged object. */
    static final byte STAGED = 4;
    /** A block whose bytes stand in several places. */
    static final byte COMPOSED = 5;
    static final byte[] GONE_VALUE = {GONE};
    /** Encoded blocks up to this size stand in the value itself. */
    static final int INLINE_BYTES_MAX = 2048;

    private static final int INODE_BYTES = 1 + 2 + 2 + 4 + 4 + 7 * 8 + 4 + 1 + 8 + 8;
    /** Kind, length, checksum, encoding and pages of a block, before what depends on the kind. */
    private static final int PLACE_BYTES = 1 + 4 + 4 + 1 + 4;

    private StoreForms() {}

    /**
     * Where a block's bytes are, and what they must be.
     *
     * @param inline encoded bytes when {@code where} is INLINE, else null
     * @param object the staged object when {@code where} is STAGED, else null; its checksums stand with it
     * @param composed the places when {@code where} is COMPOSED, else null
     * @param pages which pages hold data, as {@link BlockPages} has them
     */
    record BlockPlace(byte where, int rawBytes, int checksum, byte encoding, byte[] inline, StagedId object,
            long offset, ComposedBlock composed, int pages) {}

    static byte[] value(StoredObject object) {
        return switch (object) {
            case StoredObject.InodeObject inode -> inode(inode.inode());
            case StoredObject.DentryObject dentry -> ByteBuffer.allocate(10).put(PRESENT)
                    .putLong(dentry.ino().value()).put((byte) dentry.type().ordinal()).array();
            case StoredObject.XattrObject xattr -> ByteBuffer.allocate(1 + xattr.value().length()).put(PRESENT)
                    .put(xattr.value().asBuffer()).array();
            case StoredObject.QuotaObject quota -> quota(quota.quota());
            case StoredObject.BlockObject block -> throw new IllegalArgumentException("a block has a place");
        };
    }

    private static byte[] inode(Inode inode) {
        Bytes target = inode.symlinkTarget();
        int extra = target != null ? target.length() : inode.parent() != null ? 8 : 0;
        ByteBuffer form = ByteBuffer.allocate(INODE_BYTES + extra);
        form.put(PRESENT).putShort((short) inode.type().ordinal()).putShort((short) inode.permissions());
        form.putInt(inode.uid()).putInt(inode.gid()).putLong(inode.links()).putLong(inode.sizeBytes());
        form.putLong(inode.atimeNanos()).putLong(inode.mtimeNanos()).putLong(inode.ctimeNanos());
        form.putLong(inode.btimeNanos()).putLong(inode.rdev());
        form.putInt(inode.xattrCount()).put((byte) inode.flagBits());
        form.putLong(inode.quotaTree() == null ? 0 : inode.quotaTree().value()).putLong(inode.allocatedBytes());
        if (target != null) {
            form.put(target.asBuffer());
        } else if (inode.parent() != null) {
            form.putLong(inode.parent().value());
        }
        return form.array();
    }

    static Inode inodeOf(Ino ino, byte[] value) {
        try {
            ByteBuffer form = ByteBuffer.wrap(value, 1, value.length - 1);
            FileType type = FileType.values()[form.getShort()];
            int permissions = form.getShort();
            int uid = form.getInt();
            int gid = form.getInt();
            long links = form.getLong();
            long size = form.getLong();
            long atime = form.getLong();
            long mtime = form.getLong();
            long ctime = form.getLong();
            long btime = form.getLong();
            long rdev = form.getLong();
            int xattrCount = form.getInt();
            int flagBits = form.get() & 0xff;
            long quotaTree = form.getLong();
            long allocated = form.getLong();
            Ino parent = type == FileType.DIRECTORY ? new Ino(form.getLong()) : null;
            Bytes target = type == FileType.SYMLINK ? Bytes.copyOf(form) : null;
            return new Inode(ino, type, permissions, uid, gid, links, size, atime, mtime, ctime, btime, rdev, parent,
                    target, xattrCount, flagBits, quotaTree == 0 ? null : new Ino(quotaTree), allocated);
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException damaged) {
            throw damaged("inode " + ino.value(), damaged);
        }
    }

    static StoredObject.DentryObject dentryOf(byte[] value) {
        try {
            ByteBuffer form = ByteBuffer.wrap(value, 1, value.length - 1);
            return new StoredObject.DentryObject(new Ino(form.getLong()), FileType.values()[form.get()]);
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException damaged) {
            throw damaged("dentry", damaged);
        }
    }

    static StoredObject.XattrObject xattrOf(byte[] value) {
        return new StoredObject.XattrObject(Bytes.copyOf(ByteBuffer.wrap(value, 1, value.length - 1)));
    }

    private static byte[] quota(Quota quota) {
        return ByteBuffer.allocate(34).put(PRESENT).putLong(quota.bytesMax()).putLong(quota.inodesMax())
                .putLong(quota.bytesUsed()).putLong(quota.inodesUsed()).put((byte) quota.phase().ordinal()).array();
    }

    static StoredObject.QuotaObject quotaOf(byte[] value) {
        try {
            ByteBuffer form = ByteBuffer.wrap(value, 1, value.length - 1);
            return new StoredObject.QuotaObject(new Quota(form.getLong(), form.getLong(), form.getLong(),
                    form.getLong(), Quota.Phase.values()[form.get()]));
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException damaged) {
            throw damaged("quota", damaged);
        }
    }

    static byte[] place(BlockPlace place) {
        byte[] tail = place.where() == INLINE ? place.inline()
                : place.where() == COMPOSED ? place.composed().encode() : new byte[0];
        ByteBuffer form = ByteBuffer.allocate(PLACE_BYTES + (place.where() == STAGED ? 28 : tail.length));
        form.put(place.where()).putInt(place.rawBytes()).putInt(place.checksum()).put(place.encoding());
        form.putInt(place.pages()).put(tail);
        if (place.where() == STAGED) {
            form.putLong(place.object().txn().high()).putLong(place.object().txn().low());
            form.putInt(place.object().sequence()).putLong(place.offset());
        }
        return form.array();
    }

    /** Null for a deletion. */
    static BlockPlace placeOf(byte[] value) {
        if (value[0] == GONE) {
            return null;
        }
        try {
            ByteBuffer form = ByteBuffer.wrap(value);
            byte where = form.get();
            int rawBytes = form.getInt();
            int checksum = form.getInt();
            byte encoding = form.get();
            int pages = form.getInt();
            if ((pages & ~BlockPages.covering(rawBytes)) != 0) {
                throw new IllegalArgumentException("a block with data beyond its bytes");
            }
            return switch (where) {
                case INLINE -> {
                    byte[] inline = new byte[form.remaining()];
                    form.get(inline);
                    yield new BlockPlace(where, rawBytes, checksum, encoding, inline, null, 0, null, pages);
                }
                case DATA -> new BlockPlace(where, rawBytes, checksum, encoding, null, null, 0, null, pages);
                case STAGED -> {
                    TxnId txn = new TxnId(form.getLong(), form.getLong());
                    StagedId id = new StagedId(txn, form.getInt());
                    yield new BlockPlace(where, rawBytes, checksum, encoding, null, id, form.getLong(),
                            null, pages);
                }
                case COMPOSED -> {
                    ComposedBlock composed = ComposedBlock.decode(form);
                    if (composed.rawBytes() != rawBytes) {
                        throw new IllegalArgumentException("a block of other length than its segments");
                    }
                    yield new BlockPlace(where, rawBytes, checksum, encoding, null, null, 0, composed, pages);
                }
                default -> throw new IllegalArgumentException("no place: " + where);
            };
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException damaged) {
            throw damaged("block", damaged);
        }
    }

    /** The pages that hold data, of a block's line; 0 for a deletion. */
    static int pagesOf(byte[] value) {
        return value[0] == GONE ? 0 : ByteBuffer.wrap(value).getInt(PLACE_BYTES - 4);
    }

    static byte[] header(CommitHeader header) {
        byte[] invocation = header.invocationId() == null ? null
                : header.invocationId().getBytes(StandardCharsets.UTF_8);
        ByteBuffer form = ByteBuffer.allocate(25 + (invocation == null ? 0 : invocation.length));
        form.putLong(header.txn().high()).putLong(header.txn().low()).putLong(header.wallNanos());
        form.put((byte) (invocation == null ? 0 : 1));
        return invocation == null ? form.array() : form.put(invocation).array();
    }

    static CommitHeader headerOf(CommitTs at, byte[] value) {
        ByteBuffer form = ByteBuffer.wrap(value);
        TxnId txn = new TxnId(form.getLong(), form.getLong());
        long wallNanos = form.getLong();
        boolean named = form.get() != 0;
        String invocation = named ? new String(value, 25, value.length - 25, StandardCharsets.UTF_8) : null;
        return new CommitHeader(at, txn, invocation, wallNanos);
    }

    static byte[] progress(Progress progress) {
        return ByteBuffer.allocate(48).putLong(progress.position()).putLong(progress.applied().value())
                .putLong(progress.horizon().value()).putLong(progress.inoCeiling()).putLong(progress.inodeCount())
                .putLong(progress.fileBytes()).array();
    }

    static Progress progressOf(byte[] value) {
        ByteBuffer form = ByteBuffer.wrap(value);
        return new Progress(form.getLong(), new CommitTs(form.getLong()), new CommitTs(form.getLong()), form.getLong(),
                form.getLong(), form.getLong());
    }

    static BackendException damaged(String what, Throwable cause) {
        return new BackendException(BackendException.Cause.STORE_FAILED, "a stored " + what + " is damaged", cause);
    }
}
