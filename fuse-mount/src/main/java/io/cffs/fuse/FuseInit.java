package io.cffs.fuse;

/**
 * What kernel and server agreed on.
 *
 * @param minor protocol 7.{@code minor}, the smaller of both sides'
 * @param kernelMinor what the kernel offered
 * @param flags the word of {@link InitFlag} bits in force
 * @param maxWriteBytes largest WRITE
 * @param maxReadBytes largest READ and READDIR
 * @param maxReadaheadBytes most that the kernel reads ahead; less where nobody may raise its 128 KiB
 * @param requestTimeoutSeconds 0 when there is none
 */
public record FuseInit(
        int minor,
        int kernelMinor,
        long flags,
        int maxWriteBytes,
        int maxReadBytes,
        int maxReadaheadBytes,
        int requestTimeoutSeconds) {

    public boolean has(InitFlag flag) {
        return (flags & flag.mask()) != 0;
    }
}
