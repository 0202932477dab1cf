package io.cffs.backend.store;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.txn.validate.WriteFootprint;
import io.cffs.txn.validate.WriteFootprint.Change;
import io.cffs.txn.validate.WriteFootprint.Field;
import io.cffs.txn.validate.WriteFootprint.NameChange;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/**
 * The byte form of what one commit left behind for validation and trimming: who, the footprint, the objects that got
 * a new version, and the inodes that died with their content.
 */
record ChangeForm(TxnId txn, WriteFootprint footprint, List<Touched> objects, List<Ino> deadInodes) {

    /**
     * @param object a key of {@link StoreKeys#object}
     * @param previous timestamp of the version that this one replaced; -1 when there was none
     * @param gone the object is absent from this commit on
     */
    record Touched(byte[] object, long previous, boolean gone) {}

    /** Bytes whose number is known before: those of a large commit are tens of megabytes, and one copy is enough. */
    private static final class ExactBytes extends ByteArrayOutputStream {
        ExactBytes(int lengthBytes) {
            super(lengthBytes);
        }

        synchronized byte[] all() {
            if (count != buf.length) {
                throw new AssertionError("the form has " + count + " bytes and not " + buf.length);
            }
            return buf;
        }
    }

    byte[] encode() {
        ExactBytes bytes = new ExactBytes(lengthBytes());
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(txn.high());
            out.writeLong(txn.low());
            out.writeInt(footprint.changes().size());
            for (Change change : footprint.changes()) {
                write(out, change);
            }
            out.writeInt(objects.size());
            for (Touched touched : objects) {
                out.writeShort(touched.object().length);
                out.write(touched.object());
                out.writeLong(touched.previous());
                out.writeBoolean(touched.gone());
            }
            out.writeInt(deadInodes.size());
            for (Ino ino : deadInodes) {
                out.writeLong(ino.value());
            }
        } catch (IOException impossible) {
            throw new AssertionError("memory does not fail", impossible);
        }
        return bytes.all();
    }

    private int lengthBytes() {
        long bytes = 28 + 8L * deadInodes.size();
        for (Change change : footprint.changes()) {
            bytes += 9 + switch (change) {
                case Change.OfName name -> 2 + name.name().lengthBytes();
                case Change.OfFields _ -> 1;
                case Change.OfLength _ -> 8;
                case Change.OfPages _ -> 16;
                case Change.OfXattr xattr -> 2 + xattr.name().lengthBytes();
            };
        }
        for (Touched touched : objects) {
            bytes += 11 + touched.object().length;
        }
        return Math.toIntExact(bytes);
    }

    private static void write(DataOutputStream out, Change change) throws IOException {
        switch (change) {
            case Change.OfName name -> {
                out.writeByte(1);
                out.writeLong(name.ino().value());
                writeName(out, name.name());
                out.writeByte(name.kind().ordinal());
            }
            case Change.OfFields fields -> {
                out.writeByte(2);
                out.writeLong(fields.ino().value());
                int bits = 0;
                for (Field field : fields.fields()) {
                    bits |= 1 << field.ordinal();
                }
                out.writeByte(bits);
            }
            case Change.OfLength length -> {
                out.writeByte(3);
                out.writeLong(length.ino().value());
                out.writeLong(length.cutToBytes());
            }
            case Change.OfPages pages -> {
                out.writeByte(4);
                out.writeLong(pages.ino().value());
                out.writeLong(pages.firstPage());
                out.writeLong(pages.lastPage());
            }
            case Change.OfXattr xattr -> {
                out.writeByte(5);
                out.writeLong(xattr.ino().value());
                writeName(out, xattr.name());
                out.writeByte(xattr.kind().ordinal());
            }
        }
    }

    private static void writeName(DataOutputStream out, Name name) throws IOException {
        out.writeByte(name.lengthBytes());
        out.write(name.toBytes());
    }

    /** What a trim wants to know of a commit, one after the other: of a large one all together are much. */
    interface Visitor {
        void object(Touched touched);

        void deadInode(Ino ino);
    }

    /** As {@link #decode}, of objects and dead inodes. */
    static void visit(byte[] value, Visitor visitor) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value))) {
            in.readLong();
            in.readLong();
            for (int left = in.readInt(); left > 0; left--) {
                readChange(in);
            }
            for (int left = in.readInt(); left > 0; left--) {
                visitor.object(readTouched(in));
            }
            for (int left = in.readInt(); left > 0; left--) {
                visitor.deadInode(new Ino(in.readLong()));
            }
        } catch (IOException | FsException | IllegalArgumentException | IndexOutOfBoundsException damaged) {
            throw StoreForms.damaged("list of changes", damaged);
        }
    }

    private static Touched readTouched(DataInputStream in) throws IOException {
        return new Touched(in.readNBytes(in.readUnsignedShort()), in.readLong(), in.readBoolean());
    }

    static ChangeForm decode(byte[] value) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value))) {
            TxnId txn = new TxnId(in.readLong(), in.readLong());
            List<Change> changes = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                changes.add(readChange(in));
            }
            List<Touched> objects = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                objects.add(readTouched(in));
            }
            List<Ino> dead = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                dead.add(new Ino(in.readLong()));
            }
            return new ChangeForm(txn, new WriteFootprint(changes), objects, dead);
        } catch (IOException | FsException | IllegalArgumentException | IndexOutOfBoundsException damaged) {
            throw StoreForms.damaged("list of changes", damaged);
        }
    }

    private static Change readChange(DataInputStream in) throws IOException, FsException {
        int kind = in.readByte();
        Ino ino = new Ino(in.readLong());
        return switch (kind) {
            case 1 -> new Change.OfName(ino, readName(in), NameChange.values()[in.readByte()]);
            case 2 -> {
                int bits = in.readByte();
                EnumSet<Field> fields = EnumSet.noneOf(Field.class);
                for (Field field : Field.values()) {
                    if ((bits & 1 << field.ordinal()) != 0) {
                        fields.add(field);
                    }
                }
                yield new Change.OfFields(ino, fields);
            }
            case 3 -> new Change.OfLength(ino, in.readLong());
            case 4 -> new Change.OfPages(ino, in.readLong(), in.readLong());
            case 5 -> new Change.OfXattr(
                    ino, Name.ofXattr(in.readNBytes(in.readUnsignedByte())), NameChange.values()[in.readByte()]);
            default -> throw new IllegalArgumentException("no change: " + kind);
        };
    }

    private static Name readName(DataInputStream in) throws IOException, FsException {
        return Name.of(in.readNBytes(in.readUnsignedByte()));
    }
}
