package io.cffs.txn;

import io.cffs.model.Ino;

/**
 * An unbroken run of written file bytes.
 *
 * @param offset of the first byte in the file, a multiple of the page size; for an append the first byte's place among
 *     the appended bytes, which is 0
 * @param lengthBytes 1 and up; ends at a page's end or at the end of the file
 * @param append a blind append: its place in the file is chosen when it commits
 */
public record DirtyRun(Ino ino, long offset, long lengthBytes, boolean append) {}
