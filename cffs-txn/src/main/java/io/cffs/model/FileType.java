package io.cffs.model;

/** The type of an inode, with the value of its {@code S_IFMT} bits (inode(7)), which is also its stored form. */
public enum FileType {
    FIFO(0x1000),
    CHARACTER_DEVICE(0x2000),
    DIRECTORY(0x4000),
    BLOCK_DEVICE(0x6000),
    REGULAR(0x8000),
    SYMLINK(0xA000),
    SOCKET(0xC000);

    private final int modeBits;

    FileType(int modeBits) {
        this.modeBits = modeBits;
    }

    /** The S_IFMT bits. Shifted right by 12 they are the {@code d_type} of readdir(3). */
    public int modeBits() {
        return modeBits;
    }

    /**
     * The type that these mode bits name; 0 names a regular file, as mknod(2) says.
     *
     * @throws IllegalArgumentException for bits that name no type
     */
    public static FileType ofMode(int mode) {
        int bits = mode & 0xF000;
        if (bits == 0) {
            return REGULAR;
        }
        for (FileType type : values()) {
            if (type.modeBits == bits) {
                return type;
            }
        }
        throw new IllegalArgumentException("no file type: 0x" + Integer.toHexString(bits));
    }
}
