package io.cffs.txn.ops;

/**
 * What an open asks for, in words. The adapter translates the kernel's bits.
 *
 * @param read O_RDONLY or O_RDWR
 * @param write O_WRONLY or O_RDWR
 * @param append O_APPEND; needs nothing at open, each write says it again
 * @param truncate O_TRUNC: the file becomes empty, blindly: no length is read
 * @param exclusive O_EXCL of a create: refuse when the name exists
 * @param execute the kernel opens the file to run it
 */
public record OpenFlags(
        boolean read, boolean write, boolean append, boolean truncate, boolean exclusive, boolean execute) {
    public static final OpenFlags READ = new OpenFlags(true, false, false, false, false, false);
    public static final OpenFlags WRITE = new OpenFlags(false, true, false, false, false, false);
    public static final OpenFlags READ_WRITE = new OpenFlags(true, true, false, false, false, false);
    public static final OpenFlags WRITE_TRUNCATE = new OpenFlags(false, true, false, true, false, false);
    public static final OpenFlags APPEND = new OpenFlags(false, true, true, false, false, false);
    public static final OpenFlags CREATE_NEW = new OpenFlags(true, true, false, false, true, false);
}
