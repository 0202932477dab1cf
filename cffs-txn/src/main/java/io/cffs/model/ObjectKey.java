package io.cffs.model;

/** What is stored, each with versions by commit timestamp. Its value is a {@link StoredObject}. */
public sealed interface ObjectKey {
    /** Value: {@link StoredObject.InodeObject}. */
    record InodeKey(Ino ino) implements ObjectKey {}

    /** Value: {@link StoredObject.DentryObject}. */
    record DentryKey(Ino parent, Name name) implements ObjectKey {}

    /** Value: {@link StoredObject.BlockObject}. A hole has no value. {@code index} counts 128 KiB blocks from 0. */
    record BlockKey(Ino ino, long index) implements ObjectKey {}

    /** Value: {@link StoredObject.XattrObject}. */
    record XattrKey(Ino ino, Name name) implements ObjectKey {}

    /** Value: {@link StoredObject.QuotaObject}. {@code tree} is the top directory of a tree; the root: the volume. */
    record QuotaKey(Ino tree) implements ObjectKey {}
}
