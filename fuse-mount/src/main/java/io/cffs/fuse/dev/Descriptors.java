package io.cffs.fuse.dev;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;

/**
 * Makes the JDK take a descriptor by its number, which spares the foreign-function machinery. Needs {@code
 * --add-opens java.base/java.io=ALL-UNNAMED}.
 */
public final class Descriptors {
    private static final Field NUMBER = numberField();

    private Descriptors() {}

    private static Field numberField() {
        try {
            Field number = FileDescriptor.class.getDeclaredField("fd");
            return number.trySetAccessible() ? number : null;
        } catch (ReflectiveOperationException | RuntimeException noSuchDoor) {
            return null;
        }
    }

    static boolean canName() {
        return NUMBER != null;
    }

    /** A descriptor object of this number; -1 makes it one of nothing. Only where {@link #canName}. */
    static FileDescriptor name(FileDescriptor descriptor, int fd) {
        try {
            NUMBER.setInt(descriptor, fd);
            return descriptor;
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The number of {@code from} becomes that of {@code to}, and {@code from} is one of nothing. */
    static void move(FileDescriptor from, FileDescriptor to) {
        try {
            NUMBER.setInt(to, NUMBER.getInt(from));
            NUMBER.setInt(from, -1);
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Closes a descriptor, by the JDK if it lets us, else by a native call. Errors are ignored. */
    public static void close(int fd) {
        if (!canName()) {
            io.cffs.fuse.sys.Libc.close(fd);
            return;
        }
        try {
            new FileOutputStream(name(new FileDescriptor(), fd)).close();
        } catch (IOException gone) {
            // It was closed before, or the connection is gone: either way there is nothing left to do.
        }
    }
}
